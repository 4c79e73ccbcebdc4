package dev.millrace.ddl.check.operator;

import dev.millrace.spec.type.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeSystemImpl;
import org.apache.calcite.sql.type.SqlTypeName;

/** Bounds of types, and the types of SUM and AVG, as in MySQL with decimals of at most 38 digits. */
final class MySqlTypeSystem extends RelDataTypeSystemImpl {
    static final MySqlTypeSystem INSTANCE = new MySqlTypeSystem();

    /** MySQL's {@code div_precision_increment}: digits that a division adds behind the point. */
    static final int DIVISION_DIGITS = 4;

    /** Digits that a SUM adds before the point. */
    private static final int SUM_DIGITS = 22;

    private MySqlTypeSystem() {}

    @Override
    public int getMaxPrecision(SqlTypeName name) {
        return switch (name) {
            case DECIMAL -> SqlType.PRECISION_MAX;
            case TIMESTAMP, TIME -> SqlType.FRACTION_MAX;
            case VARCHAR, CHAR, VARBINARY, BINARY -> Integer.MAX_VALUE;
            default -> super.getMaxPrecision(name);
        };
    }

    @Override
    public int getMaxScale(SqlTypeName name) {
        return name == SqlTypeName.DECIMAL ? SqlType.PRECISION_MAX : super.getMaxScale(name);
    }

    @Override
    public int getDefaultPrecision(SqlTypeName name) {
        return name == SqlTypeName.DECIMAL ? 10 : super.getDefaultPrecision(name);
    }

    @Override
    public RelDataType deriveSumType(RelDataTypeFactory factory, RelDataType argument) {
        RelDataType sum = Types.isApproximate(argument)
                ? factory.createSqlType(SqlTypeName.DOUBLE)
                : Types.decimal(
                        factory, Types.digits(argument) - Types.scale(argument) + SUM_DIGITS, Types.scale(argument));
        return factory.createTypeWithNullability(sum, argument.isNullable());
    }

    @Override
    public RelDataType deriveAvgAggType(RelDataTypeFactory factory, RelDataType argument) {
        RelDataType average = Types.isApproximate(argument)
                ? factory.createSqlType(SqlTypeName.DOUBLE)
                : Types.decimal(
                        factory,
                        Types.digits(argument) - Types.scale(argument),
                        Types.scale(argument) + DIVISION_DIGITS);
        return factory.createTypeWithNullability(average, argument.isNullable());
    }

    @Override
    public boolean shouldConvertRaggedUnionTypesToVarying() {
        return true;
    }

    @Override
    public boolean isSchemaCaseSensitive() {
        return false;
    }
}
