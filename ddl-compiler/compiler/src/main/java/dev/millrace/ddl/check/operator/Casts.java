package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.util.Locale;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlTypeNameSpec;

/** CAST and CONVERT: one operator for each target type. */
final class Casts {
    private Casts() {}

    static Operator to(SqlDataTypeSpec spec) {
        try {
            return to(target(spec.getTypeNameSpec()));
        } catch (StatementException e) {
            throw e.position().isPresent() ? e : OperatorRewrite.at(e, spec);
        }
    }

    private static Operator to(SqlType target) {
        return Operator.named("CAST AS " + target.sql(), Accepts.ANY)
                .returns(a -> {
                    Types.Family family = a.family(0);
                    boolean temporal = target.kind() == SqlType.Kind.DATE || target.kind() == SqlType.Kind.DATETIME;
                    if (family == Types.Family.BINARY && !target.isText() && target.kind() != SqlType.Kind.BLOB) {
                        throw a.refuse(0);
                    }
                    if (temporal && (Types.isNumber(a.type(0)) || family == Types.Family.BOOL)) {
                        throw a.unsupported("CAST of " + Types.describe(a.type(0)) + " to " + target.sql());
                    }
                    return Types.of(a.factory(), target, false);
                })
                .nullableIf(a -> a.type(0).isNullable()
                        || a.family(0) == Types.Family.TEXT
                                && (target.kind() == SqlType.Kind.DATE || target.kind() == SqlType.Kind.DATETIME))
                .lowers((rex, operator, type, x) -> rex.makeAbstractCast(type, x.get(0)));
    }

    private static SqlType target(SqlTypeNameSpec spec) {
        String name = spec.getTypeName().toString().toUpperCase(Locale.ROOT);
        int precision = spec instanceof SqlBasicTypeNameSpec basic ? basic.getPrecision() : -1;
        int scale = spec instanceof SqlBasicTypeNameSpec basic ? Math.max(0, basic.getScale()) : 0;
        return switch (name) {
            case "SIGNED", "BIGINT", "INTEGER", "INT", "SMALLINT", "TINYINT" -> SqlType.of(SqlType.Kind.BIGINT);
            case "BOOLEAN", "BOOL" -> SqlType.of(SqlType.Kind.BOOL);
            case "CHAR", "CHARACTER", "VARCHAR", "NCHAR", "TEXT" ->
                precision < 0 || precision > SqlType.LENGTH_MAX
                        ? SqlType.of(SqlType.Kind.TEXT)
                        : SqlType.of(SqlType.Kind.VARCHAR, precision);
            case "DECIMAL", "NUMERIC", "DEC" -> SqlType.decimal(precision < 0 ? 10 : precision, scale);
            case "DOUBLE", "FLOAT", "REAL" -> SqlType.of(SqlType.Kind.DOUBLE);
            case "DATE" -> SqlType.of(SqlType.Kind.DATE);
            case "DATETIME", "TIMESTAMP" -> SqlType.of(SqlType.Kind.DATETIME, Math.max(0, precision));
            case "BINARY", "VARBINARY", "BLOB" -> {
                if (precision >= 0) {
                    throw new StatementException(
                            SqlState.UNSUPPORTED, "CAST to " + name + " of a length is not supported");
                }
                yield SqlType.of(SqlType.Kind.BLOB);
            }
            case "JSON" -> SqlType.of(SqlType.Kind.TEXT);
            default -> throw new StatementException(SqlState.UNSUPPORTED, "CAST to " + name + " is not supported");
        };
    }
}
