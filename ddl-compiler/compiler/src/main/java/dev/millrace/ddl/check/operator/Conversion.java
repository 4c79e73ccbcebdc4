package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.type.SqlTypeName;

/** CAST as MySQL means it, in DuckDB SQL. */
final class Conversion {
    /** Group 1 a sign, group 2 the number that text begins with; {@code \10\2} puts a 0 between them, so none is 0. */
    private static final String NUMBER_PREFIX =
            "'(?s)^\\s*([+-]?)((?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)?.*$', '\\10\\2'";

    private static final String INTEGER_PREFIX = "'(?s)^\\s*([+-]?)([0-9]+)?.*$', '\\10\\2'";

    private Conversion() {}

    static String convert(String sql, RelDataType from, RelDataType to) {
        Types.Family source = Types.family(from);
        Types.Family target = Types.family(to);
        if (source == Types.Family.NULL) {
            return plain(sql, to);
        }
        return switch (target) {
            case NULL -> plain(sql, to);
            case BOOL -> toBool(sql, from, source);
            case INTEGER -> toInteger(sql, from, source, to);
            case DECIMAL -> toDecimal(sql, from, source, to);
            case APPROXIMATE -> toApproximate(sql, from, source, to);
            case TEXT -> toText(sql, from, source, to);
            case BINARY -> toBinary(sql, from, source, to);
            case DATE -> toDate(sql, from, source);
            case TIMESTAMP -> toTimestamp(sql, from, source, to);
            case OTHER -> throw impossible(from, to);
        };
    }

    private static String plain(String sql, RelDataType to) {
        return "CAST(" + sql + " AS " + Types.duckdb(to) + ")";
    }

    private static StatementException impossible(RelDataType from, RelDataType to) {
        return new StatementException(
                SqlState.WRONG_TYPE, Types.describe(from) + " does not convert to " + Types.describe(to));
    }

    private static String toBool(String sql, RelDataType from, Types.Family source) {
        return switch (source) {
            case BOOL -> sql;
            case INTEGER, DECIMAL, APPROXIMATE -> "(" + sql + " <> 0)";
            case TEXT -> "(" + textAsDouble(sql) + " <> 0)";
            case DATE, TIMESTAMP -> "(" + digits(sql, from, source) + " <> 0)";
            case NULL, BINARY, OTHER ->
                throw new StatementException(SqlState.WRONG_TYPE, Types.describe(from) + " is no condition");
        };
    }

    private static String toInteger(String sql, RelDataType from, Types.Family source, RelDataType to) {
        String type = Types.duckdb(to);
        return switch (source) {
            case BOOL, DECIMAL, APPROXIMATE -> plain(sql, to);
            case INTEGER -> from.getSqlTypeName() == to.getSqlTypeName() ? sql : plain(sql, to);
            case TEXT ->
                "CAST(LEAST(GREATEST(CAST(regexp_replace(" + sql + ", " + INTEGER_PREFIX
                        + ") AS HUGEINT), -9223372036854775808), 9223372036854775807) AS " + type + ")";
            case DATE, TIMESTAMP -> "CAST(" + digits(sql, from, source) + " AS " + type + ")";
            case NULL, BINARY, OTHER -> throw impossible(from, to);
        };
    }

    private static String toDecimal(String sql, RelDataType from, Types.Family source, RelDataType to) {
        return switch (source) {
            case BOOL -> plain("CAST(" + sql + " AS INTEGER)", to);
            case INTEGER, APPROXIMATE -> plain(sql, to);
            case DECIMAL ->
                from.getPrecision() == to.getPrecision() && from.getScale() == to.getScale() ? sql : plain(sql, to);
            case TEXT -> plain("regexp_replace(" + sql + ", " + NUMBER_PREFIX + ")", to);
            case DATE, TIMESTAMP -> plain(digits(sql, from, source), to);
            case NULL, BINARY, OTHER -> throw impossible(from, to);
        };
    }

    private static String toApproximate(String sql, RelDataType from, Types.Family source, RelDataType to) {
        return switch (source) {
            case BOOL -> plain("CAST(" + sql + " AS INTEGER)", to);
            case INTEGER, DECIMAL -> plain(sql, to);
            case APPROXIMATE -> from.getSqlTypeName() == to.getSqlTypeName() ? sql : plain(sql, to);
            case TEXT -> to.getSqlTypeName() == SqlTypeName.REAL ? plain(textAsDouble(sql), to) : textAsDouble(sql);
            case DATE, TIMESTAMP -> plain(digits(sql, from, source), to);
            case NULL, BINARY, OTHER -> throw impossible(from, to);
        };
    }

    private static String textAsDouble(String sql) {
        return "CAST(regexp_replace(" + sql + ", " + NUMBER_PREFIX + ") AS DOUBLE)";
    }

    private static String digits(String sql, RelDataType from, Types.Family source) {
        if (source == Types.Family.DATE) {
            return "CAST(strftime(" + sql + ", '%Y%m%d') AS BIGINT)";
        }
        return from.getPrecision() <= 0
                ? "CAST(strftime(" + sql + ", '%Y%m%d%H%M%S') AS BIGINT)"
                : "CAST(strftime(" + sql + ", '%Y%m%d%H%M%S.%f') AS DECIMAL(20,6))";
    }

    private static String toText(String sql, RelDataType from, Types.Family source, RelDataType to) {
        String text = switch (source) {
            case TEXT -> sql;
            case BOOL -> "CAST(CAST(" + sql + " AS INTEGER) AS VARCHAR)";
            case INTEGER, DECIMAL, DATE -> "CAST(" + sql + " AS VARCHAR)";
            case APPROXIMATE -> DoubleText.write(sql);
            case TIMESTAMP -> timestampText(sql, Math.max(0, from.getPrecision()));
            case BINARY -> "decode(" + sql + ")";
            case NULL, OTHER -> throw impossible(from, to);
        };
        int length = to.getPrecision();
        boolean cuts =
                length >= 0 && (from.getPrecision() < 0 || from.getPrecision() > length || source != Types.Family.TEXT);
        return cuts ? "left(" + text + ", " + length + ")" : text;
    }

    private static String timestampText(String sql, int fraction) {
        if (fraction == 0) {
            return "strftime(" + sql + ", '%Y-%m-%d %H:%M:%S')";
        }
        String text = "strftime(" + sql + ", '%Y-%m-%d %H:%M:%S.%f')";
        return fraction == 6 ? text : "left(" + text + ", " + (20 + fraction) + ")";
    }

    private static String toBinary(String sql, RelDataType from, Types.Family source, RelDataType to) {
        if (source == Types.Family.BINARY) {
            return sql;
        }
        return "encode(" + toText(sql, from, source, to) + ")";
    }

    private static String toDate(String sql, RelDataType from, Types.Family source) {
        return switch (source) {
            case DATE -> sql;
            case TIMESTAMP -> "CAST(" + sql + " AS DATE)";
            case TEXT -> "CAST(" + textAsTimestamp(sql) + " AS DATE)";
            case NULL, BOOL, INTEGER, DECIMAL, APPROXIMATE, BINARY, OTHER -> throw numberAsDate(from);
        };
    }

    private static String toTimestamp(String sql, RelDataType from, Types.Family source, RelDataType to) {
        return switch (source) {
            case DATE -> "CAST(" + sql + " AS TIMESTAMP)";
            case TIMESTAMP -> round(sql, Math.max(0, from.getPrecision()), Math.max(0, to.getPrecision()));
            case TEXT -> round(textAsTimestamp(sql), 6, Math.max(0, to.getPrecision()));
            case NULL, BOOL, INTEGER, DECIMAL, APPROXIMATE, BINARY, OTHER -> throw numberAsDate(from);
        };
    }

    private static StatementException numberAsDate(RelDataType from) {
        return new StatementException(SqlState.UNSUPPORTED, Types.describe(from) + " as a date is not supported");
    }

    /** MySQL rounds fractions of a second that a type has no room for. */
    private static String round(String sql, int from, int to) {
        if (from <= to) {
            return sql;
        }
        long unit = (long) Math.pow(10, 6 - to);
        return "time_bucket(INTERVAL " + unit + " MICROSECOND, " + sql + " + INTERVAL " + unit / 2
                + " MICROSECOND, TIMESTAMP '2000-01-01 00:00:00')";
    }

    /** NULL for what is no date: years in four digits, any punctuation between the parts, or digits alone. */
    private static String textAsTimestamp(String sql) {
        String dashes = "regexp_replace(" + sql
                + ", '^\\s*([0-9]{4})[[:punct:]]([0-9]{1,2})[[:punct:]]([0-9]{1,2})', '\\1-\\2-\\3')";
        String digits = "regexp_replace(" + dashes + ", '^\\s*([0-9]{4})([0-9]{2})([0-9]{2})\\s*$', '\\1-\\2-\\3')";
        String moment = "regexp_replace(" + digits
                + ", '^\\s*([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})\\s*$', "
                + "'\\1-\\2-\\3 \\4:\\5:\\6')";
        return "TRY_CAST(regexp_extract(" + moment
                + ", '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[T ][0-9]{1,2}(?::[0-9]{1,2}(?::[0-9]{1,2}(?:\\.[0-9]*)?)?)?)?\\s*$')"
                + " AS TIMESTAMP)";
    }
}
