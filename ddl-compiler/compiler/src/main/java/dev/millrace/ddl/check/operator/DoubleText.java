package dev.millrace.ddl.check.operator;

/** A DOUBLE as text in MySQL's form: {@code 100}, {@code 0.00001}, {@code 1e15}, where DuckDB writes otherwise. */
final class DoubleText {
    private static final String SIGN = "CASE WHEN d < 0 THEN '-' ELSE '' END";

    /** Digits of the value without sign, point, exponent and trailing zeros; DuckDB prints the shortest that round-trip. */
    private static final String DIGITS =
            "rtrim(ltrim(replace(regexp_replace(CAST(abs(d) AS VARCHAR), '(\\.0)?(e.*)?$', ''), '.', ''), '0'), '0')";

    private static final String EXPONENT_TEXT =
            "regexp_replace(regexp_replace(CAST(d AS VARCHAR), '\\.0(e|$)', '\\1'), 'e([+]|(-))0*', 'e\\2')";

    private DoubleText() {}

    static String write(String sql) {
        return "list_transform([CAST(" + sql
                + " AS DOUBLE)], lambda d: CASE WHEN d IS NULL THEN NULL WHEN d = 0 THEN '0'"
                + " WHEN abs(d) < 1e15 AND d = trunc(d) THEN CAST(CAST(d AS BIGINT) AS VARCHAR)"
                + " WHEN abs(d) >= 1e16 OR abs(d) < 1e-15 THEN " + EXPONENT_TEXT
                + " WHEN abs(d) >= 1e15 THEN " + SIGN + " || left(" + DIGITS + ", 1) || CASE WHEN length(" + DIGITS
                + ") > 1 THEN '.' || substring(" + DIGITS + ", 2) ELSE '' END || 'e15'"
                + " WHEN abs(d) < 1e-4 THEN " + SIGN
                + " || '0.' || repeat('0', CAST(regexp_extract(CAST(d AS VARCHAR), 'e-0*([0-9]+)', 1) AS INTEGER) - 1) || "
                + DIGITS + " ELSE CAST(d AS VARCHAR) END)[1]";
    }
}
