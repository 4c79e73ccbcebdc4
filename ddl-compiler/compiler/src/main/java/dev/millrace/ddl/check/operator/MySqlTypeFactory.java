package dev.millrace.ddl.check.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.type.SqlTypeFactoryImpl;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeName;

/** Types of one statement: text is UTF-8 VARCHAR, and mixed operands of CASE, UNION and the like meet as in MySQL. */
public final class MySqlTypeFactory extends SqlTypeFactoryImpl {
    public MySqlTypeFactory() {
        super(MySqlTypeSystem.INSTANCE);
    }

    @Override
    public Charset getDefaultCharset() {
        return UTF_8;
    }

    @Override
    public RelDataType createSqlType(SqlTypeName name) {
        return switch (name) {
            case CHAR -> super.createSqlType(SqlTypeName.VARCHAR);
            case BINARY -> super.createSqlType(SqlTypeName.VARBINARY);
            case FLOAT -> super.createSqlType(SqlTypeName.DOUBLE);
            default -> super.createSqlType(name);
        };
    }

    @Override
    public RelDataType createSqlType(SqlTypeName name, int precision) {
        return switch (name) {
            case CHAR -> super.createSqlType(SqlTypeName.VARCHAR, precision);
            case BINARY -> super.createSqlType(SqlTypeName.VARBINARY, precision);
            default -> super.createSqlType(name, precision);
        };
    }

    @Override
    public RelDataType leastRestrictive(List<RelDataType> types, SqlTypeMappingRule rule) {
        return types.stream().allMatch(Types::isScalar)
                ? Types.common(this, types)
                : super.leastRestrictive(types, rule);
    }
}
