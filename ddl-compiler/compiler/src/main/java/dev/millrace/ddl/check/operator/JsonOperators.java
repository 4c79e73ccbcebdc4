package dev.millrace.ddl.check.operator;

import static dev.millrace.ddl.check.operator.Accepts.TEXT;

import java.util.List;

/** JSON: a document is text. Paths of {@code ->} are MySQL's, keys of {@code ::} MemSQL's. */
final class JsonOperators {
    static final List<Operator> ALL = List.of(
            json("->", "CAST(json_extract($1, $2) AS VARCHAR)"),
            json("->>", "json_extract_string($1, $2)"),
            json("::", "CAST(json_extract($1, " + pointer() + ") AS VARCHAR)"),
            json("::$", "json_extract_string($1, " + pointer() + ")"),
            Operator.named("::%", TEXT, TEXT)
                    .returns(Arguments::real)
                    .nullable()
                    .as("TRY_CAST(json_extract_string($1, " + pointer() + ") AS DOUBLE)"),
            json("JSON_EXTRACT", "CAST(json_extract($1, $2) AS VARCHAR)"),
            json("JSON_EXTRACT_JSON", "CAST(json_extract($1, " + pointer() + ") AS VARCHAR)"),
            json("JSON_EXTRACT_STRING", "json_extract_string($1, " + pointer() + ")"),
            Operator.named("JSON_EXTRACT_DOUBLE", TEXT, TEXT)
                    .returns(Arguments::real)
                    .nullable()
                    .as("TRY_CAST(json_extract_string($1, " + pointer() + ") AS DOUBLE)"),
            Operator.named("JSON_EXTRACT_BIGINT", TEXT, TEXT)
                    .returns(Arguments::bigint)
                    .nullable()
                    .as("TRY_CAST(TRY_CAST(json_extract_string($1, " + pointer() + ") AS DOUBLE) AS BIGINT)"),
            Operator.named("JSON_UNQUOTE", TEXT)
                    .returns(Arguments::text)
                    .as("CASE WHEN starts_with($1, '\"') THEN json_extract_string($1, '$$') ELSE $1 END"),
            Operator.named("JSON_VALID", TEXT).returns(Arguments::bool).as("json_valid($1)"));

    private JsonOperators() {}

    /** A key as a JSON pointer (RFC 6901), which takes any character of a key. */
    private static String pointer() {
        return "'/' || replace(replace($2, '~', '~0'), '/', '~1')";
    }

    private static Operator json(String name, String pattern) {
        return Operator.named(name, TEXT, TEXT)
                .returns(Arguments::text)
                .nullable()
                .as(pattern);
    }
}
