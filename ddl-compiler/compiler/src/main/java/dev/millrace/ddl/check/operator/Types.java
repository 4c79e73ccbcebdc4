package dev.millrace.ddl.check.operator;

import dev.millrace.spec.type.SqlType;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.type.SqlTypeName;

/** Calcite's types beside ours and DuckDB's. */
public final class Types {
    /** What MySQL's rules tell apart. */
    public enum Family {
        /** NULL without a type. */
        NULL,
        BOOL,
        INTEGER,
        DECIMAL,
        APPROXIMATE,
        TEXT,
        BINARY,
        DATE,
        TIMESTAMP,
        /** Rows, intervals and whatever else is no column's type. */
        OTHER
    }

    private Types() {}

    public static RelDataType of(RelDataTypeFactory factory, SqlType type, boolean nullable) {
        return factory.createTypeWithNullability(of(factory, type), nullable);
    }

    private static RelDataType of(RelDataTypeFactory factory, SqlType type) {
        return switch (type.kind()) {
            case BOOL -> factory.createSqlType(SqlTypeName.BOOLEAN);
            case TINYINT -> factory.createSqlType(SqlTypeName.TINYINT);
            case SMALLINT -> factory.createSqlType(SqlTypeName.SMALLINT);
            case INT -> factory.createSqlType(SqlTypeName.INTEGER);
            case BIGINT -> factory.createSqlType(SqlTypeName.BIGINT);
            case FLOAT -> factory.createSqlType(SqlTypeName.REAL);
            case DOUBLE -> factory.createSqlType(SqlTypeName.DOUBLE);
            case DECIMAL -> factory.createSqlType(SqlTypeName.DECIMAL, type.length(), type.scale());
            case CHAR, VARCHAR -> factory.createSqlType(SqlTypeName.VARCHAR, type.length());
            case TEXT, JSON -> factory.createSqlType(SqlTypeName.VARCHAR);
            case BINARY, VARBINARY -> factory.createSqlType(SqlTypeName.VARBINARY, type.length());
            case BLOB -> factory.createSqlType(SqlTypeName.VARBINARY);
            case DATE -> factory.createSqlType(SqlTypeName.DATE);
            case DATETIME, TIMESTAMP -> factory.createSqlType(SqlTypeName.TIMESTAMP, type.length());
        };
    }

    /** Our name for a type that an expression has. */
    public static SqlType sqlType(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case BOOLEAN -> SqlType.of(SqlType.Kind.BOOL);
            case TINYINT -> SqlType.of(SqlType.Kind.TINYINT);
            case SMALLINT -> SqlType.of(SqlType.Kind.SMALLINT);
            case INTEGER -> SqlType.of(SqlType.Kind.INT);
            case BIGINT -> SqlType.of(SqlType.Kind.BIGINT);
            case REAL -> SqlType.of(SqlType.Kind.FLOAT);
            case FLOAT, DOUBLE -> SqlType.of(SqlType.Kind.DOUBLE);
            case DECIMAL -> SqlType.decimal(type.getPrecision(), type.getScale());
            case CHAR, VARCHAR -> sized(type, SqlType.Kind.VARCHAR, SqlType.Kind.TEXT);
            case BINARY, VARBINARY -> sized(type, SqlType.Kind.VARBINARY, SqlType.Kind.BLOB);
            case DATE -> SqlType.of(SqlType.Kind.DATE);
            case TIMESTAMP -> SqlType.of(SqlType.Kind.DATETIME, Math.max(0, type.getPrecision()));
            case NULL, UNKNOWN -> SqlType.of(SqlType.Kind.TEXT);
            default -> throw new IllegalStateException("a value of type " + type);
        };
    }

    private static SqlType sized(RelDataType type, SqlType.Kind bounded, SqlType.Kind unbounded) {
        int length = type.getPrecision();
        return length < 0 || length > SqlType.LENGTH_MAX ? SqlType.of(unbounded) : SqlType.of(bounded, length);
    }

    /** DuckDB's name for it. */
    public static String duckdb(RelDataType type) {
        return sqlType(type).duckdb();
    }

    public static Family family(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case NULL, UNKNOWN -> Family.NULL;
            case BOOLEAN -> Family.BOOL;
            case TINYINT, SMALLINT, INTEGER, BIGINT -> Family.INTEGER;
            case DECIMAL -> Family.DECIMAL;
            case REAL, FLOAT, DOUBLE -> Family.APPROXIMATE;
            case CHAR, VARCHAR -> Family.TEXT;
            case BINARY, VARBINARY -> Family.BINARY;
            case DATE -> Family.DATE;
            case TIMESTAMP -> Family.TIMESTAMP;
            default -> Family.OTHER;
        };
    }

    static boolean isScalar(RelDataType type) {
        return !type.isStruct() && family(type) != Family.OTHER;
    }

    static boolean isApproximate(RelDataType type) {
        return family(type) == Family.APPROXIMATE;
    }

    /** Whether a value is a number without any conversion. */
    static boolean isNumber(RelDataType type) {
        return switch (family(type)) {
            case INTEGER, DECIMAL, APPROXIMATE -> true;
            case NULL, BOOL, TEXT, BINARY, DATE, TIMESTAMP, OTHER -> false;
        };
    }

    static boolean isTemporal(RelDataType type) {
        return family(type) == Family.DATE || family(type) == Family.TIMESTAMP;
    }

    /** Decimal digits that hold every value of an exact number; of a DECIMAL, its precision. */
    static int digits(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case TINYINT -> 3;
            case SMALLINT -> 5;
            case INTEGER -> 10;
            case BIGINT -> 19;
            case DECIMAL -> type.getPrecision();
            default -> 1;
        };
    }

    static int scale(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.DECIMAL ? type.getScale() : 0;
    }

    /**
     * A decimal with so many digits before and behind the point. Where that is more than there can be, digits before the
     * point give way, which is an overflow error for values that need them, not a silent loss.
     */
    static RelDataType decimal(RelDataTypeFactory factory, int integerDigits, int scale) {
        int kept = Math.min(scale, SqlType.SCALE_MAX);
        int precision = Math.min(Math.max(1, integerDigits) + kept, SqlType.PRECISION_MAX);
        return factory.createSqlType(SqlTypeName.DECIMAL, precision, kept);
    }

    /** The type in which values of several types meet: CASE, COALESCE, UNION, IN. */
    static RelDataType common(RelDataTypeFactory factory, List<RelDataType> types) {
        boolean nullable = types.stream().anyMatch(RelDataType::isNullable);
        List<RelDataType> known =
                types.stream().filter(type -> family(type) != Family.NULL).toList();
        if (known.isEmpty()) {
            return factory.createTypeWithNullability(factory.createSqlType(SqlTypeName.NULL), true);
        }
        RelDataType common = known.get(0);
        for (RelDataType type : known.subList(1, known.size())) {
            common = common(factory, common, type);
        }
        return factory.createTypeWithNullability(common, nullable || known.size() < types.size());
    }

    private static RelDataType common(RelDataTypeFactory factory, RelDataType left, RelDataType right) {
        Family a = family(left);
        Family b = family(right);
        if (isNumber(left) && isNumber(right)
                || a == Family.BOOL && isNumber(right)
                || isNumber(left) && b == Family.BOOL) {
            return commonNumber(factory, left, right);
        }
        if (a == b && (a == Family.BOOL || a == Family.DATE)) {
            return left;
        }
        if (isTemporal(left) && isTemporal(right)) {
            return factory.createSqlType(
                    SqlTypeName.TIMESTAMP,
                    Math.max(Math.max(0, left.getPrecision()), Math.max(0, right.getPrecision())));
        }
        if (a == b) {
            SqlTypeName name = a == Family.BINARY ? SqlTypeName.VARBINARY : SqlTypeName.VARCHAR;
            return left.getPrecision() < 0 || right.getPrecision() < 0
                    ? factory.createSqlType(name)
                    : factory.createSqlType(name, Math.max(left.getPrecision(), right.getPrecision()));
        }
        return factory.createSqlType(
                a == Family.BINARY || b == Family.BINARY ? SqlTypeName.VARBINARY : SqlTypeName.VARCHAR);
    }

    private static RelDataType commonNumber(RelDataTypeFactory factory, RelDataType left, RelDataType right) {
        if (isApproximate(left) || isApproximate(right)) {
            boolean single = left.getSqlTypeName() == SqlTypeName.REAL && right.getSqlTypeName() == SqlTypeName.REAL;
            return factory.createSqlType(single ? SqlTypeName.REAL : SqlTypeName.DOUBLE);
        }
        if (family(left) == Family.DECIMAL || family(right) == Family.DECIMAL) {
            int scale = Math.max(scale(left), scale(right));
            int before = Math.max(digits(left) - scale(left), digits(right) - scale(right));
            return decimal(factory, before, scale);
        }
        return factory.createTypeWithNullability(digits(left) >= digits(right) ? left : right, false);
    }

    /** For messages. */
    static String describe(RelDataType type) {
        return switch (family(type)) {
            case NULL -> "NULL";
            case OTHER ->
                type.isStruct()
                        ? "a row of " + type.getFieldCount()
                        : type.getSqlTypeName().getName();
            case BOOL, INTEGER, DECIMAL, APPROXIMATE, TEXT, BINARY, DATE, TIMESTAMP ->
                sqlType(type).sql();
        };
    }
}
