package dev.millrace.aggregator.proof;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of an answer in a form in which equal values are equal, whichever driver gave them. */
record Answer(List<List<Object>> rows) {
    /** Digits behind the point in which two ways to an average may differ. */
    private static final double ROUNDED = 6e-5;

    static Answer of(Statement statement, String sql) throws SQLException {
        List<List<Object>> rows = new ArrayList<>();
        try (ResultSet set = statement.executeQuery(sql)) {
            int columns = set.getMetaData().getColumnCount();
            while (set.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(value(set, i));
                }
                rows.add(row);
            }
        }
        return new Answer(rows);
    }

    /** Numbers are {@code BigDecimal}s without trailing zeros; all else is text. */
    private static Object value(ResultSet set, int column) throws SQLException {
        Object value = set.getObject(column);
        if (value == null) {
            return "NULL";
        }
        if (value instanceof Boolean truth) {
            return truth ? BigDecimal.ONE : BigDecimal.ZERO;
        }
        if (value instanceof Double number && (number.isNaN() || number.isInfinite())) {
            return number.toString();
        }
        if (value instanceof Number number) {
            BigDecimal exact = new BigDecimal(number.toString());
            return exact.signum() == 0 ? BigDecimal.ZERO : exact.stripTrailingZeros();
        }
        if (value instanceof java.sql.Timestamp
                || value instanceof java.sql.Date
                || value instanceof java.time.temporal.Temporal) {
            return moment(set.getString(column));
        }
        return "'" + value + "'";
    }

    private static String moment(String text) {
        String spaced = text.replace('T', ' ');
        return spaced.contains(".") ? spaced.replaceAll("\\.?0*$", "") : spaced;
    }

    boolean hasInfinity() {
        return rows.stream()
                .flatMap(List::stream)
                .anyMatch(value -> value.equals("Infinity") || value.equals("-Infinity") || value.equals("NaN"));
    }

    /** Rows as a bag: sorted by what is exact, then by what is not. */
    Answer sorted(List<Kind> kinds) {
        List<List<Object>> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparing((List<Object> row) -> key(row, kinds, true))
                .thenComparing(row -> approximate(row, kinds), Answer::compareNumbers));
        return new Answer(sorted);
    }

    private static String key(List<Object> row, List<Kind> kinds, boolean exact) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            if (isApproximate(kinds, i) != exact || row.get(i).equals("NULL")) {
                key.append(row.get(i)).append('|');
            }
        }
        return key.toString();
    }

    private static boolean isApproximate(List<Kind> kinds, int column) {
        return kinds.get(Math.min(column, kinds.size() - 1)) == Kind.APPROXIMATE;
    }

    private static List<Double> approximate(List<Object> row, List<Kind> kinds) {
        List<Double> numbers = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            if (isApproximate(kinds, i) && row.get(i) instanceof BigDecimal number) {
                numbers.add(number.doubleValue());
            }
        }
        return numbers;
    }

    private static int compareNumbers(List<Double> a, List<Double> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = Double.compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    boolean matches(Answer other, List<Kind> kinds) {
        if (rows.size() != other.rows.size()) {
            return false;
        }
        for (int i = 0; i < rows.size(); i++) {
            List<Object> mine = rows.get(i);
            List<Object> others = other.rows.get(i);
            if (mine.size() != others.size()) {
                return false;
            }
            for (int j = 0; j < mine.size(); j++) {
                if (!equal(mine.get(j), others.get(j), isApproximate(kinds, j))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean equal(Object a, Object b, boolean approximate) {
        if (approximate && a instanceof BigDecimal x && b instanceof BigDecimal y) {
            double difference = Math.abs(x.doubleValue() - y.doubleValue());
            return difference <= Math.max(ROUNDED, 1e-9 * Math.abs(x.doubleValue()));
        }
        return a.equals(b);
    }

    @Override
    public String toString() {
        return rows.stream()
                .limit(40)
                .map(row -> row.stream().map(Answer::print).collect(Collectors.joining(" ")))
                .collect(Collectors.joining("\n", rows.size() + " rows\n", ""));
    }

    private static String print(Object value) {
        return value instanceof BigDecimal number ? number.toPlainString() : value.toString();
    }
}
