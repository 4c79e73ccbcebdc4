package dev.millrace.ddl.check.operator;

import static dev.millrace.ddl.check.operator.Accepts.ANY;
import static dev.millrace.ddl.check.operator.Accepts.BIGINT;
import static dev.millrace.ddl.check.operator.Accepts.STRING;
import static dev.millrace.ddl.check.operator.Accepts.TEXT;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;

/** Text. Lengths and places count characters, LENGTH bytes; comparison is binary, so there is no collation. */
final class TextOperators {
    /** TRIM(what, text), and the two that trim one side. */
    /** Longer text is not made, as with MySQL's max_allowed_packet: it would be NULL there, too. */
    private static final long MADE_MAX = 64L << 20;

    static final Operator TRIM = trim("TRIM", "trim", "^(?:%s)+|(?:%s)+$");

    static final Operator LTRIM = trim("LTRIM", "ltrim", "^(?:%s)+");
    static final Operator RTRIM = trim("RTRIM", "rtrim", "(?:%s)+$");

    static final Operator CONCAT = Operator.named("CONCAT", TEXT)
            .repeated()
            .returns(TextOperators::joined)
            .as((call, x) -> x.size() == 1 ? x.get(0) : "(" + String.join(" || ", x) + ")");

    /** The argument of GROUP_CONCAT: as CONCAT, but its type has no length that the groups would be cut to. */
    static final Operator JOINED = Operator.named("TEXT", TEXT)
            .repeated()
            .returns(Arguments::text)
            .as((call, x) -> x.size() == 1 ? x.get(0) : "(" + String.join(" || ", x) + ")");

    static final Operator LOCATE = Operator.named("LOCATE", TEXT, TEXT, BIGINT)
            .atLeast(2)
            .returns(Arguments::bigint)
            .as((call, x) -> Operator.fill(
                    x.size() == 2
                            ? "instr($2, $1)"
                            : "CASE WHEN $3 < 1 OR $3 > length($2) + 1 THEN 0"
                                    + " WHEN instr(substring($2, $3), $1) = 0 THEN 0"
                                    + " ELSE instr(substring($2, $3), $1) + $3 - 1 END",
                    x));

    static final Operator SUBSTRING = substring("SUBSTRING");

    static final List<Operator> ALL = List.of(
            CONCAT,
            Operator.named("||", TEXT, TEXT).returns(TextOperators::joined).as("($1 || $2)"),
            Operator.named("CONCAT_WS", TEXT, TEXT)
                    .repeated()
                    .returns(Arguments::text)
                    .nullableIf(a -> a.type(0).isNullable())
                    .as("concat_ws($*)"),
            bytes("LENGTH"),
            bytes("OCTET_LENGTH"),
            Operator.named("CHAR_LENGTH", TEXT).returns(Arguments::bigint).as("length($1)"),
            Operator.named("CHARACTER_LENGTH", TEXT).returns(Arguments::bigint).as("length($1)"),
            Operator.named("UPPER", TEXT).returns(a -> textLike(a, 0)).as("upper($1)"),
            Operator.named("UCASE", TEXT).returns(a -> textLike(a, 0)).as("upper($1)"),
            Operator.named("LOWER", TEXT).returns(a -> textLike(a, 0)).as("lower($1)"),
            Operator.named("LCASE", TEXT).returns(a -> textLike(a, 0)).as("lower($1)"),
            SUBSTRING,
            substring("SUBSTR"),
            substring("MID"),
            Operator.named("LEFT", TEXT, BIGINT)
                    .returns(a -> textLike(a, 0))
                    .as("left($1, CASE WHEN $2 < 0 THEN 0 ELSE $2 END)"),
            Operator.named("RIGHT", TEXT, BIGINT)
                    .returns(a -> textLike(a, 0))
                    .as("right($1, CASE WHEN $2 < 0 THEN 0 ELSE $2 END)"),
            TRIM,
            LTRIM,
            RTRIM,
            Operator.named("REPLACE", TEXT, TEXT, TEXT).returns(Arguments::text).as("replace($1, $2, $3)"),
            pad("LPAD"),
            pad("RPAD"),
            LOCATE,
            Operator.named("INSTR", TEXT, TEXT).returns(Arguments::bigint).as("instr($1, $2)"),
            Operator.named("REVERSE", TEXT).returns(a -> textLike(a, 0)).as("reverse($1)"),
            Operator.named("REPEAT", TEXT, BIGINT)
                    .returns(Arguments::text)
                    .nullable()
                    .as("CASE WHEN $2 > " + MADE_MAX + " // greatest(strlen($1), 1) THEN NULL ELSE repeat($1, $2) END"),
            Operator.named("SPACE", BIGINT)
                    .returns(Arguments::text)
                    .nullable()
                    .as("CASE WHEN $1 > " + MADE_MAX + " THEN NULL ELSE repeat(' ', $1) END"),
            Operator.named("STRCMP", TEXT, TEXT)
                    .returns(Arguments::integer)
                    .as("CASE WHEN $1 = $2 THEN 0 WHEN $1 < $2 THEN -1 WHEN $1 > $2 THEN 1 END"),
            Operator.named("SUBSTRING_INDEX", TEXT, TEXT, BIGINT)
                    .returns(a -> textLike(a, 0))
                    .as("CASE WHEN $3 = 0 OR $2 = '' THEN '' WHEN $3 > 0"
                            + " THEN array_to_string(list_slice(string_split($1, $2), 1, $3), $2)"
                            + " ELSE array_to_string(list_slice(string_split($1, $2),"
                            + " greatest(1, len(string_split($1, $2)) + $3 + 1), len(string_split($1, $2))), $2) END"),
            Operator.named("HEX", ANY).returns(TextOperators::hexType).lowers(TextOperators::lowerHex),
            Operator.named("UNHEX", TEXT)
                    .returns(a -> a.factory().createSqlType(SqlTypeName.VARBINARY))
                    .nullable()
                    .as("TRY(from_hex(CASE WHEN length($1) % 2 = 1 THEN '0' || $1 ELSE $1 END))"),
            Operator.named("MD5", STRING).returns(a -> a.text(32)).as("md5($1)"),
            Operator.named("SHA1", STRING).returns(a -> a.text(40)).as("sha1($1)"),
            Operator.named("SHA", STRING).returns(a -> a.text(40)).as("sha1($1)"));

    /** HEX of bytes and of an integer, as the plan has them. */
    private static final Operator HEX_BYTES =
            Operator.named("HEX", ANY).returns(Arguments::text).as("hex($1)");

    private TextOperators() {}

    /** The type of a text operand, or of the text that an operand is printed as. */
    private static RelDataType textLike(Arguments a, int index) {
        RelDataType type = a.type(index);
        return Types.family(type) == Types.Family.TEXT ? type : a.text();
    }

    private static RelDataType joined(Arguments a) {
        int length = 0;
        for (RelDataType type : a.types()) {
            if (Types.family(type) != Types.Family.TEXT || type.getPrecision() < 0) {
                return a.text();
            }
            length += type.getPrecision();
        }
        return a.text(length);
    }

    private static Operator bytes(String name) {
        return Operator.named(name, STRING)
                .returns(Arguments::bigint)
                .as((call, x) -> Types.family(call.getOperands().get(0).getType()) == Types.Family.BINARY
                        ? "octet_length(" + x.get(0) + ")"
                        : "strlen(" + x.get(0) + ")");
    }

    /** Place 0, places before the text and negative lengths give nothing in MySQL, something else in DuckDB. */
    private static Operator substring(String name) {
        return Operator.named(name, TEXT, BIGINT, BIGINT)
                .atLeast(2)
                .returns(a -> textLike(a, 0))
                .as((call, x) -> {
                    boolean safe = isPositive(call.getOperands().get(1))
                            && (x.size() == 2 || isPositive(call.getOperands().get(2)));
                    String plain = "substring(" + String.join(", ", x) + ")";
                    if (safe) {
                        return plain;
                    }
                    String length = x.size() == 3 ? " OR $3 < 1" : "";
                    return Operator.fill(
                                    "CASE WHEN $2 = 0 OR $2 < - length($1)" + length + " THEN left($1, 0) ELSE ", x)
                            + plain + " END";
                });
    }

    private static boolean isPositive(RexNode node) {
        RexNode inner = node instanceof RexCall call && call.isA(SqlKind.CAST)
                ? call.getOperands().get(0)
                : node;
        return inner instanceof RexLiteral literal
                && !literal.isNull()
                && literal.getValueAs(BigDecimal.class).signum() > 0;
    }

    /** MySQL removes a string, DuckDB any of its characters: the same for one character. */
    private static Operator trim(String name, String duckdb, String pattern) {
        return Operator.named(name, TEXT, TEXT)
                .atLeast(1)
                .returns(a -> textLike(a, 0))
                .as((call, x) -> {
                    if (x.size() == 1) {
                        return duckdb + "(" + x.get(0) + ", ' ')";
                    }
                    if (!(call.getOperands().get(1) instanceof RexLiteral literal) || literal.isNull()) {
                        throw new StatementException(
                                SqlState.UNSUPPORTED, name + " of text that is no literal is not supported");
                    }
                    String removed = literal.getValueAs(String.class);
                    if (removed.codePointCount(0, removed.length()) == 1) {
                        return duckdb + "(" + String.join(", ", x) + ")";
                    }
                    if (removed.isEmpty()) {
                        return x.get(0);
                    }
                    String regex = pattern.replace(
                            "%s",
                            Pattern.compile("[^\\p{Alnum}\\s]")
                                    .matcher(removed)
                                    .replaceAll("\\\\$0")
                                    .replace("'", "''"));
                    return "regexp_replace(" + x.get(0) + ", '" + regex + "', '', 'g')";
                });
    }

    private static Operator pad(String name) {
        return Operator.named(name, TEXT, BIGINT, TEXT)
                .atLeast(2)
                .returns(Arguments::text)
                .nullable()
                .as((call, x) -> {
                    String padding = x.size() == 3 ? x.get(2) : "' '";
                    String function = name.equals("LPAD") ? "lpad" : "rpad";
                    return Operator.fill(
                                    "CASE WHEN $2 < 0 OR $2 > " + MADE_MAX
                                            + " THEN NULL WHEN length($1) >= $2 THEN left($1, $2) WHEN ",
                                    x)
                            + padding + " = '' THEN '' ELSE " + function + "(" + x.get(0) + ", CAST(" + x.get(1)
                            + " AS INTEGER), " + padding + ") END";
                });
    }

    private static RelDataType hexType(Arguments a) {
        return a.text();
    }

    private static RexNode lowerHex(RexBuilder rex, Operator operator, RelDataType type, List<RexNode> x) {
        RexNode operand = x.get(0);
        return switch (Types.family(operand.getType())) {
            case TEXT, BINARY -> rex.makeCall(type, HEX_BYTES, x);
            case DATE, TIMESTAMP, NULL, OTHER ->
                rex.makeCall(
                        type,
                        HEX_BYTES,
                        List.of(Coercion.to(rex, operand, rex.getTypeFactory().createSqlType(SqlTypeName.VARCHAR))));
            case BOOL, INTEGER, DECIMAL, APPROXIMATE ->
                rex.makeCall(
                        type,
                        HEX_BYTES,
                        List.of(Coercion.to(rex, operand, rex.getTypeFactory().createSqlType(SqlTypeName.BIGINT))));
        };
    }
}
