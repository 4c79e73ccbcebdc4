package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.type.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;

/**
 * An expression's value as a column stores it, as MySQL does it under STRICT_ALL_TABLES: digits behind the scale are
 * rounded, everything else that does not fit is an error.
 *
 * @param sql DuckDB's; it fails for a value that does not fit
 * @param misfit what is said about such a value
 */
record StoredValue(String sql, SqlState misfit) {
    private static final RelDataTypeFactory FACTORY = new MySqlTypeFactory();

    /** @param sql of a value of the type {@code from}, as exactly that type */
    static StoredValue of(String sql, RelDataType from, SqlType to) {
        Types.Family source = Types.family(from);
        if (source == Types.Family.NULL) {
            return new StoredValue("CAST(" + sql + " AS " + to.duckdb() + ")", SqlState.INCORRECT_VALUE);
        }
        boolean text = source == Types.Family.TEXT;
        SqlState ofNumber = text ? SqlState.INCORRECT_VALUE : SqlState.OUT_OF_RANGE;
        return switch (to.kind()) {
            case BOOL -> new StoredValue(text ? truth(sql) : converted(sql, from, to), SqlState.INCORRECT_VALUE);
            case TINYINT, SMALLINT, INT, BIGINT -> new StoredValue(integer(sql, from, to), ofNumber);
            case FLOAT, DOUBLE -> new StoredValue(approximate(sql, from, to), ofNumber);
            case DECIMAL -> new StoredValue(text ? cast("trim(" + sql + ")", to) : converted(sql, from, to), ofNumber);
            case CHAR, VARCHAR, TEXT ->
                new StoredValue(
                        characters(converted(sql, from, SqlType.of(SqlType.Kind.TEXT)), to), SqlState.DATA_TOO_LONG);
            case JSON -> {
                String json = converted(sql, from, to);
                yield new StoredValue(
                        "CASE WHEN " + json + " IS NULL OR json_valid(" + json + ") THEN " + json + " ELSE "
                                + refusedText(json) + " END",
                        SqlState.INCORRECT_VALUE);
            }
            case BINARY, VARBINARY, BLOB ->
                new StoredValue(bytes(converted(sql, from, SqlType.of(SqlType.Kind.BLOB)), to), SqlState.DATA_TOO_LONG);
            case DATE, DATETIME, TIMESTAMP -> new StoredValue(moment(sql, from, to), SqlState.INCORRECT_VALUE);
        };
    }

    private static String converted(String sql, RelDataType from, SqlType to) {
        return Conversion.convert(sql, from, Types.of(FACTORY, to, true));
    }

    private static String cast(String sql, SqlType to) {
        return "CAST(" + sql + " AS " + to.duckdb() + ")";
    }

    private static String truth(String sql) {
        String word = "lower(trim(" + sql + "))";
        return "CASE WHEN " + word + " IN ('true', 't') THEN true WHEN " + word
                + " IN ('false', 'f') THEN false ELSE CAST(" + word + " AS DECIMAL(38,10)) <> 0 END";
    }

    private static String integer(String sql, RelDataType from, SqlType to) {
        return switch (Types.family(from)) {
            case TEXT -> cast("CAST(trim(" + sql + ") AS DECIMAL(38,10))", to);
            case APPROXIMATE -> cast("round(" + sql + ")", to);
            case INTEGER -> cast(sql, to);
            case NULL, BOOL, DECIMAL, BINARY, DATE, TIMESTAMP, OTHER -> converted(sql, from, to);
        };
    }

    /** What is no finite number is refused. */
    private static String approximate(String sql, RelDataType from, SqlType to) {
        String number =
                Types.family(from) == Types.Family.TEXT ? cast("trim(" + sql + ")", to) : converted(sql, from, to);
        return "CASE WHEN " + number + " IS NULL OR isfinite(" + number + ") THEN " + number + " ELSE "
                + refused(number, to) + " END";
    }

    private static String characters(String sql, SqlType to) {
        if (to.kind() == SqlType.Kind.TEXT) {
            return sql;
        }
        String text = to.kind() == SqlType.Kind.CHAR ? "rtrim(" + sql + ", ' ')" : sql;
        return "CASE WHEN " + text + " IS NULL OR length(" + text + ") <= " + to.length() + " THEN " + text
                + " WHEN length(rtrim(" + text + ", ' ')) <= " + to.length() + " THEN left(" + text + ", "
                + to.length() + ") ELSE " + refusedText(text) + " END";
    }

    private static String bytes(String sql, SqlType to) {
        if (to.kind() == SqlType.Kind.BLOB) {
            return sql;
        }
        String whole = to.kind() == SqlType.Kind.BINARY
                ? "from_hex(rpad(hex(" + sql + "), " + 2 * to.length() + ", '0'))"
                : sql;
        return "CASE WHEN " + sql + " IS NULL OR octet_length(" + sql + ") <= " + to.length() + " THEN " + whole
                + " ELSE encode(" + refusedText("hex(" + sql + ")") + ") END";
    }

    /** Text that is no date is refused, not NULL. */
    private static String moment(String sql, RelDataType from, SqlType to) {
        String value = converted(sql, from, to);
        return Types.family(from) == Types.Family.TEXT
                ? "CASE WHEN " + sql + " IS NULL THEN NULL ELSE coalesce(" + value + ", " + refused(sql, to) + ") END"
                : value;
    }

    /** An expression that fails whatever the value is. It reads the value so that no planner computes it before. */
    private static String refused(String sql, SqlType to) {
        return cast("'!' || CAST(" + sql + " AS VARCHAR)", to);
    }

    private static String refusedText(String sql) {
        return "CAST(" + refused(sql, SqlType.of(SqlType.Kind.TINYINT)) + " AS VARCHAR)";
    }
}
