package dev.millrace.ddl.check.operator;

import static dev.millrace.ddl.check.operator.Accepts.ANY;
import static dev.millrace.ddl.check.operator.Accepts.BIGINT;
import static dev.millrace.ddl.check.operator.Accepts.DATE;
import static dev.millrace.ddl.check.operator.Accepts.NUMBER;
import static dev.millrace.ddl.check.operator.Accepts.TEMPORAL;
import static dev.millrace.ddl.check.operator.Accepts.TEXT;
import static dev.millrace.ddl.check.operator.Accepts.TIMESTAMP;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;

/** Dates and times, all of them UTC. */
final class TimeOperators {
    /** Units of INTERVAL, EXTRACT and TIMESTAMPDIFF. */
    enum Unit {
        MICROSECOND,
        SECOND,
        MINUTE,
        HOUR,
        DAY,
        WEEK,
        MONTH,
        QUARTER,
        YEAR;

        static Optional<Unit> of(String name) {
            for (Unit unit : values()) {
                if (unit.name().equalsIgnoreCase(name)) {
                    return Optional.of(unit);
                }
            }
            return Optional.empty();
        }

        private boolean isOfDays() {
            return compareTo(DAY) >= 0;
        }
    }

    static final List<Operator> ALL = List.of(
            Operator.named("DATE", DATE)
                    .returns(Arguments::date)
                    .nullableIf(TimeOperators::mayFail)
                    .as("$1"),
            Operator.named("TIMESTAMP", TIMESTAMP)
                    .returns(a -> a.timestamp(fraction(a.type(0))))
                    .nullableIf(TimeOperators::mayFail)
                    .as("$1"),
            part("YEAR", "year($1)"),
            part("QUARTER", "quarter($1)"),
            part("MONTH", "month($1)"),
            part("DAY", "day($1)"),
            part("DAYOFMONTH", "day($1)"),
            part("HOUR", "hour($1)"),
            part("MINUTE", "minute($1)"),
            part("SECOND", "second($1)"),
            part("MICROSECOND", "(microsecond($1) % 1000000)"),
            part("DAYOFWEEK", "(dayofweek($1) + 1)"),
            part("WEEKDAY", "(isodow($1) - 1)"),
            part("DAYOFYEAR", "dayofyear($1)"),
            part("WEEK", "strftime($1, '%U')"),
            part("WEEKOFYEAR", "weekofyear($1)"),
            Operator.named("DAYNAME", TEMPORAL)
                    .returns(a -> a.text(9))
                    .nullableIf(TimeOperators::mayFail)
                    .as("dayname($1)"),
            Operator.named("MONTHNAME", TEMPORAL)
                    .returns(a -> a.text(9))
                    .nullableIf(TimeOperators::mayFail)
                    .as("monthname($1)"),
            Operator.named("LAST_DAY", DATE)
                    .returns(Arguments::date)
                    .nullableIf(TimeOperators::mayFail)
                    .as("last_day($1)"),
            Operator.named("TO_DAYS", DATE)
                    .returns(Arguments::bigint)
                    .nullableIf(TimeOperators::mayFail)
                    .as("(date_diff('day', DATE '0001-01-01', $1) + 366)"),
            Operator.named("DATEDIFF", DATE, DATE)
                    .returns(Arguments::bigint)
                    .nullableIf(TimeOperators::mayFail)
                    .as("date_diff('day', $2, $1)"),
            Operator.named("DATE_FORMAT", TIMESTAMP, TEXT)
                    .returns(Arguments::text)
                    .nullable()
                    .as((call, x) -> "strftime(" + x.get(0) + ", "
                            + TimeFormat.print(call.getOperands().get(1)) + ")"),
            Operator.named("STR_TO_DATE", TEXT, TEXT)
                    .returns(TimeOperators::parsed)
                    .nullable()
                    .as((call, x) -> {
                        String time = "try_strptime(" + x.get(0) + ", "
                                + TimeFormat.parse(call.getOperands().get(1)) + ")";
                        return Types.family(call.getType()) == Types.Family.DATE ? "CAST(" + time + " AS DATE)" : time;
                    }),
            Operator.named("UNIX_TIMESTAMP", TEMPORAL)
                    .returns(a -> fraction(a.type(0)) == 0 && Types.isTemporal(a.type(0))
                            ? a.bigint()
                            : Types.decimal(a.factory(), 12, 6))
                    .nullableIf(TimeOperators::mayFail)
                    .as(TimeOperators::unixTimestamp),
            Operator.named("FROM_UNIXTIME", NUMBER)
                    .returns(a -> a.timestamp(Types.family(a.number(0)) == Types.Family.INTEGER ? 0 : 6))
                    .nullable()
                    .as((call, x) -> Types.family(call.getOperands().get(0).getType()) == Types.Family.INTEGER
                            ? Operator.fill(
                                    "CASE WHEN $1 >= 0 THEN make_timestamp(CAST($1 AS BIGINT) * 1000000) END", x)
                            : Operator.fill(
                                    "CASE WHEN $1 >= 0 THEN make_timestamp(CAST($1 * 1000000 AS BIGINT)) END", x)));

    /** The moment a statement began, where no session has put it in: DEFAULT and SET of a load. */
    static final Operator NOW = Operator.named("NOW")
            .returns(a -> a.timestamp(0))
            .as("date_trunc('second', CAST(timezone('UTC', now()) AS TIMESTAMP))");

    static final Operator NOW_6 =
            Operator.named("NOW").returns(a -> a.timestamp(6)).as("CAST(timezone('UTC', now()) AS TIMESTAMP)");

    static final Operator TODAY =
            Operator.named("CURDATE").returns(Arguments::date).as("CAST(timezone('UTC', now()) AS DATE)");

    private static final Pattern TIME_OF_DAY = Pattern.compile("%[HhIiklprSsTf]");

    private TimeOperators() {}

    private static int fraction(RelDataType type) {
        return switch (Types.family(type)) {
            case TIMESTAMP -> Math.max(0, type.getPrecision());
            case TEXT -> 6;
            default -> 0;
        };
    }

    private static RelDataType parsed(Arguments a) {
        String pattern = a.literalText(1).orElse("%f");
        if (TIME_OF_DAY.matcher(pattern).find()) {
            return a.timestamp(pattern.contains("%f") ? 6 : 0);
        }
        return a.date();
    }

    /** Text may be no time: then NULL comes out. */
    private static boolean mayFail(Arguments arguments) {
        return arguments.types().stream()
                .anyMatch(type -> type.isNullable() || Types.family(type) == Types.Family.TEXT);
    }

    private static Operator part(String name, String pattern) {
        return Operator.named(name, TEMPORAL)
                .returns(Arguments::integer)
                .nullableIf(TimeOperators::mayFail)
                .as("CAST(" + pattern + " AS INTEGER)");
    }

    /** NULL for what is before the year 0 or after 9999; {@code $1} is there once, as sums of sums would grow otherwise. */
    private static final String KNOWN_YEARS = "nullif(greatest(nullif(least($1, TIMESTAMP '10000-01-01'),"
            + " TIMESTAMP '10000-01-01'), TIMESTAMP '0002-12-31 (BC)'), TIMESTAMP '0002-12-31 (BC)')";

    /** DATE_ADD of so many units; {@code sign} −1 for DATE_SUB. */
    static Operator add(Unit unit, int sign) {
        Accepts amount = unit == Unit.SECOND ? NUMBER : BIGINT;
        return Operator.named((sign > 0 ? "DATE_ADD " : "DATE_SUB ") + unit, ANY, amount)
                .returns(a -> added(a, unit))
                .nullable()
                .as((call, x) -> {
                    boolean none = Types.family(call.getOperands().get(0).getType()) == Types.Family.NULL;
                    String moment = none ? "CAST(NULL AS TIMESTAMP)" : x.get(0);
                    String sum = "(" + moment + (sign > 0 ? " + " : " - ") + interval(unit, call, x.get(1)) + ")";
                    boolean date = Types.family(call.getType()) == Types.Family.DATE;
                    String known = Operator.fill(KNOWN_YEARS, List.of(sum));
                    return date ? "CAST(" + known + " AS DATE)" : known;
                });
    }

    private static RelDataType added(Arguments a, Unit unit) {
        RelDataType type = a.type(0);
        return switch (Types.family(type)) {
            case DATE -> unit.isOfDays() ? type : a.timestamp(fractionOf(a, unit));
            case TIMESTAMP -> a.timestamp(Math.max(fraction(type), fractionOf(a, unit)));
            case NULL -> a.timestamp(0);
            case TEXT -> throw a.unsupported("arithmetic on a date that is text, without a CAST to DATE or DATETIME,");
            case BOOL, INTEGER, DECIMAL, APPROXIMATE, BINARY, OTHER -> throw a.refuse(0);
        };
    }

    private static int fractionOf(Arguments a, Unit unit) {
        boolean whole = Types.family(a.type(1)) == Types.Family.INTEGER;
        return unit == Unit.MICROSECOND || unit == Unit.SECOND && !whole ? 6 : 0;
    }

    private static String interval(Unit unit, RexCall call, String amount) {
        return switch (unit) {
            case MICROSECOND -> "to_microseconds(" + amount + ")";
            case SECOND ->
                Types.family(call.getOperands().get(1).getType()) == Types.Family.INTEGER
                        ? "to_seconds(" + amount + ")"
                        : "to_microseconds(CAST(" + amount + " * 1000000 AS BIGINT))";
            case MINUTE -> "to_minutes(" + amount + ")";
            case HOUR -> "to_hours(" + amount + ")";
            case DAY -> "to_days(CAST(" + amount + " AS INTEGER))";
            case WEEK -> "to_weeks(CAST(" + amount + " AS INTEGER))";
            case MONTH -> "to_months(CAST(" + amount + " AS INTEGER))";
            case QUARTER -> "to_months(CAST(3 * " + amount + " AS INTEGER))";
            case YEAR -> "to_years(CAST(" + amount + " AS INTEGER))";
        };
    }

    /** TIMESTAMPDIFF(unit, from, to): whole units, cut towards zero. */
    static Operator difference(Unit unit) {
        return Operator.named("TIMESTAMPDIFF " + unit, TIMESTAMP, TIMESTAMP)
                .returns(Arguments::bigint)
                .nullableIf(TimeOperators::mayFail)
                .as(
                        switch (unit) {
                            case MICROSECOND -> micros(1);
                            case SECOND -> micros(1_000_000);
                            case MINUTE -> micros(60_000_000L);
                            case HOUR -> micros(3_600_000_000L);
                            case DAY -> micros(86_400_000_000L);
                            case WEEK -> micros(7 * 86_400_000_000L);
                            case MONTH -> months();
                            case QUARTER -> "(" + months() + " // 3)";
                            case YEAR -> "(" + months() + " // 12)";
                        });
    }

    private static String micros(long unit) {
        String difference = "(epoch_us($2) - epoch_us($1))";
        return unit == 1 ? difference : "(" + difference + " // " + unit + ")";
    }

    /** DuckDB takes the last days of two months for a whole month apart; MySQL counts days. */
    private static String months() {
        String from = "($1 - date_trunc('month', $1))";
        String to = "($2 - date_trunc('month', $2))";
        return "(date_diff('month', $1, $2) - CASE WHEN $2 >= $1 AND " + to + " < " + from + " THEN 1 WHEN $2 < $1 AND "
                + to + " > " + from + " THEN -1 ELSE 0 END)";
    }

    private static String unixTimestamp(RexCall call, List<String> x) {
        String moment = Types.family(call.getOperands().get(0).getType()) == Types.Family.DATE
                ? "CAST(" + x.get(0) + " AS TIMESTAMP)"
                : x.get(0);
        return Types.family(call.getType()) == Types.Family.INTEGER
                ? "(epoch_us(" + moment + ") // 1000000)"
                : "CAST(epoch_us(" + moment + ") * CAST('0.000001' AS DECIMAL(6,6)) AS DECIMAL(18,6))";
    }

    /** Patterns of DATE_FORMAT and STR_TO_DATE in DuckDB's spelling. */
    private static final class TimeFormat {
        private TimeFormat() {}

        private static String print(RexNode pattern) {
            return translate(pattern, "DATE_FORMAT", false);
        }

        private static String parse(RexNode pattern) {
            return translate(pattern, "STR_TO_DATE", true);
        }

        private static String translate(RexNode node, String function, boolean parses) {
            if (!(node instanceof RexLiteral literal) || literal.isNull()) {
                throw new StatementException(
                        SqlState.UNSUPPORTED, function + " with a pattern that is no literal is not supported");
            }
            String pattern = literal.getValueAs(String.class);
            StringBuilder sql = new StringBuilder("'");
            for (int i = 0; i < pattern.length(); i++) {
                char c = pattern.charAt(i);
                if (c != '%' || i + 1 == pattern.length()) {
                    sql.append(c == '\'' ? "''" : c == '%' ? "%%" : String.valueOf(c));
                    continue;
                }
                sql.append(specifier(pattern.charAt(++i), function, parses));
            }
            return sql.append('\'').toString();
        }

        private static String specifier(char c, String function, boolean parses) {
            return switch (c) {
                case 'Y', 'y', 'm', 'd', 'H', 'I', 'S', 'f', 'b', 'a', 'j', 'p', '%' -> "%" + c;
                case 'w', 'U' -> {
                    if (parses) {
                        throw unsupported(c, function);
                    }
                    yield "%" + c;
                }
                case 'e' -> parses ? "%d" : "%-d";
                case 'c' -> parses ? "%m" : "%-m";
                case 'k' -> parses ? "%H" : "%-H";
                case 'l' -> parses ? "%I" : "%-I";
                case 'h' -> "%I";
                case 'i' -> "%M";
                case 's' -> "%S";
                case 'M' -> "%B";
                case 'W' -> "%A";
                case 'T' -> "%H:%M:%S";
                case 'r' -> "%I:%M:%S %p";
                case 'D', 'u', 'V', 'v', 'X', 'x' -> throw unsupported(c, function);
                case '\'' -> "''";
                default -> String.valueOf(c);
            };
        }

        private static StatementException unsupported(char c, String function) {
            return new StatementException(SqlState.UNSUPPORTED, "%" + c + " in " + function + " is not supported");
        }
    }
}
