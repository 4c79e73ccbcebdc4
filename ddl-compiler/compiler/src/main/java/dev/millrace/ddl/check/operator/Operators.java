package dev.millrace.ddl.check.operator;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlOperatorTables;

/** The operator table: scalar operators by name, aggregate and window functions by name. */
public final class Operators {
    private static final Map<String, Operator> SCALARS = scalars();

    /** Names of aggregate functions → Calcite's, whose types {@link MySqlTypeSystem} gives. */
    private static final Map<String, SqlAggFunction> AGGREGATES = Map.ofEntries(
            Map.entry("COUNT", SqlStdOperatorTable.COUNT),
            Map.entry("SUM", SqlStdOperatorTable.SUM),
            Map.entry("AVG", SqlStdOperatorTable.AVG),
            Map.entry("MIN", SqlStdOperatorTable.MIN),
            Map.entry("MAX", SqlStdOperatorTable.MAX),
            Map.entry("ANY_VALUE", SqlStdOperatorTable.ANY_VALUE),
            Map.entry("STD", SqlStdOperatorTable.STDDEV_POP),
            Map.entry("STDDEV", SqlStdOperatorTable.STDDEV_POP),
            Map.entry("STDDEV_POP", SqlStdOperatorTable.STDDEV_POP),
            Map.entry("STDDEV_SAMP", SqlStdOperatorTable.STDDEV_SAMP),
            Map.entry("VARIANCE", SqlStdOperatorTable.VAR_POP),
            Map.entry("VAR_POP", SqlStdOperatorTable.VAR_POP),
            Map.entry("VAR_SAMP", SqlStdOperatorTable.VAR_SAMP),
            Map.entry("BIT_AND", SqlStdOperatorTable.BIT_AND),
            Map.entry("BIT_OR", SqlStdOperatorTable.BIT_OR),
            Map.entry("BIT_XOR", SqlStdOperatorTable.BIT_XOR),
            Map.entry("GROUP_CONCAT", SqlLibraryOperators.GROUP_CONCAT),
            Map.entry("APPROX_COUNT_DISTINCT", SqlStdOperatorTable.APPROX_COUNT_DISTINCT));

    private static final Map<String, SqlAggFunction> WINDOWS = Map.ofEntries(
            Map.entry("ROW_NUMBER", SqlStdOperatorTable.ROW_NUMBER),
            Map.entry("RANK", SqlStdOperatorTable.RANK),
            Map.entry("DENSE_RANK", SqlStdOperatorTable.DENSE_RANK),
            Map.entry("PERCENT_RANK", SqlStdOperatorTable.PERCENT_RANK),
            Map.entry("CUME_DIST", SqlStdOperatorTable.CUME_DIST),
            Map.entry("NTILE", SqlStdOperatorTable.NTILE),
            Map.entry("LAG", SqlStdOperatorTable.LAG),
            Map.entry("LEAD", SqlStdOperatorTable.LEAD),
            Map.entry("FIRST_VALUE", SqlStdOperatorTable.FIRST_VALUE),
            Map.entry("LAST_VALUE", SqlStdOperatorTable.LAST_VALUE));

    private static final SqlOperatorTable CALCITE = SqlOperatorTables.chain(
            SqlOperatorTables.of(SqlLibraryOperators.GROUP_CONCAT), SqlStdOperatorTable.instance());

    /** Operators that are written between their operands: what a tool must not offer as functions. */
    private static final Set<String> NO_FUNCTIONS =
            Set.of("AND", "BETWEEN", "CASE", "DIV", "IN", "IS", "LIKE", "NOT", "OR", "REGEXP", "RLIKE", "XOR");

    private static final Pattern FUNCTION_NAME = Pattern.compile("[A-Z][A-Z0-9_]*");

    /** What functions are about, as JDBC parts them. */
    public enum Theme {
        NUMBERS(NumberOperators.ALL),
        TEXT(TextOperators.ALL),
        TIME(TimeOperators.ALL),
        /** Logic, JSON, aggregate and window functions. */
        REST(Stream.of(LogicOperators.ALL, JsonOperators.ALL)
                .flatMap(List::stream)
                .toList());

        private final List<Operator> operators;

        Theme(List<Operator> operators) {
            this.operators = operators;
        }
    }

    private Operators() {}

    /** Names of the functions that a query can call, in upper case and their order. */
    public static SortedSet<String> functions(Theme theme) {
        SortedSet<String> names = new TreeSet<>();
        theme.operators.forEach(operator -> names.add(operator.getName()));
        if (theme == Theme.REST) {
            names.addAll(AGGREGATES.keySet());
            names.addAll(WINDOWS.keySet());
        }
        names.removeIf(name ->
                NO_FUNCTIONS.contains(name) || !FUNCTION_NAME.matcher(name).matches());
        return names;
    }

    private static Map<String, Operator> scalars() {
        Map<String, Operator> byName = new HashMap<>();
        Stream.of(LogicOperators.ALL, NumberOperators.ALL, TextOperators.ALL, TimeOperators.ALL, JsonOperators.ALL)
                .flatMap(List::stream)
                .forEach(operator -> {
                    if (byName.put(operator.getName(), operator) != null) {
                        throw new IllegalStateException("two operators " + operator.getName());
                    }
                });
        return Map.copyOf(byName);
    }

    /** The quotient of a sum and a count, which is what AVG is: exact for exact numbers, NULL for none. */
    public static RexNode quotient(RexBuilder rex, RexNode sum, RexNode count, RelDataType type) {
        return rex.makeCall(type, NumberOperators.DIVIDE, List.of(sum, count));
    }

    static Optional<Operator> scalar(String name) {
        return Optional.ofNullable(SCALARS.get(name.toUpperCase(Locale.ROOT)));
    }

    static Optional<SqlAggFunction> aggregate(String name) {
        return Optional.ofNullable(AGGREGATES.get(name.toUpperCase(Locale.ROOT)));
    }

    static Optional<SqlAggFunction> window(String name) {
        return Optional.ofNullable(WINDOWS.get(name.toUpperCase(Locale.ROOT)));
    }

    /**
     * What Calcite's validator looks names up in after the rewrite: the frame of queries and the aggregates. Scalar
     * operators need no look-up, and nothing else is left by then.
     */
    static SqlOperatorTable calcite() {
        return CALCITE;
    }
}
