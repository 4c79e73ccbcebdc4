package dev.millrace.aggregator.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.aggregator.proof.LogicTestFile.Entry;
import java.math.BigDecimal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs sqllogictest files against a database: right answers and refusals are counted, anything else is a fault. */
final class LogicTestRun {
    /** MySQL's error of ONLY_FULL_GROUP_BY, which is always on here. */
    private static final int NOT_GROUPED = 1055;

    private final Map<String, Integer> counts;
    private final List<String> faults;

    LogicTestRun(Map<String, Integer> counts, List<String> faults) {
        this.counts = counts;
        this.faults = faults;
    }

    void run(String name, LogicTestFile file, Connection connection, int entriesMax) throws SQLException {
        boolean incomplete = false;
        int ran = 0;
        try (Statement statement = connection.createStatement()) {
            for (Entry entry : file.entries()) {
                if (++ran > entriesMax) {
                    return;
                }
                try {
                    run(name, entry, statement);
                } catch (SQLException e) {
                    Verdict verdict = e.getErrorCode() == NOT_GROUPED
                            ? new Verdict(Verdict.Outcome.REFUSED, "a column that is not grouped")
                            : World.refused(e, 0);
                    if (entry.types().isEmpty() && !entry.succeeds() && verdict.outcome() != Verdict.Outcome.FAULT) {
                        count("expected error");
                    } else if (verdict.isFault() && !incomplete) {
                        fault(name, entry, String.valueOf(e.getMessage()));
                    } else {
                        // What a refused statement should have made is missing from here on.
                        incomplete |= entry.types().isEmpty();
                        count(verdict.isFault() ? "misses what was refused" : "refused: " + verdict.detail());
                    }
                }
            }
        }
    }

    private void run(String name, Entry entry, Statement statement) throws SQLException {
        if (entry.types().isEmpty()) {
            statement.execute(entry.sql());
            if (entry.succeeds()) {
                count("statement");
            } else {
                fault(name, entry, "no error");
            }
            return;
        }
        List<String> actual = new ArrayList<>();
        int width = entry.types().get().length();
        try (ResultSet rows = statement.executeQuery(entry.sql())) {
            while (rows.next()) {
                for (int i = 1; i <= width; i++) {
                    actual.add(text(rows.getObject(i), entry.types().get().charAt(i - 1)));
                }
            }
        }
        List<String> sorted = sorted(actual, width, entry.sort());
        if (matches(sorted, entry.expected())) {
            count("query");
        } else {
            fault(name, entry, "answer " + sorted + ", expected " + entry.expected());
        }
    }

    private static List<String> sorted(List<String> values, int width, String sort) {
        if (sort.equals("valuesort")) {
            List<String> sorted = new ArrayList<>(values);
            Collections.sort(sorted);
            return sorted;
        }
        if (!sort.equals("rowsort")) {
            return values;
        }
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < values.size(); i += width) {
            rows.add(values.subList(i, i + width));
        }
        rows.sort((a, b) -> {
            for (int i = 0; i < a.size(); i++) {
                int order = a.get(i).compareTo(b.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        });
        return rows.stream().flatMap(List::stream).toList();
    }

    private static boolean matches(List<String> values, List<String> expected) {
        if (expected.size() == 1 && expected.get(0).contains(" values hashing to ")) {
            String summary = values.size() + " values hashing to " + hash(values);
            return summary.equals(expected.get(0));
        }
        return values.equals(expected);
    }

    private static String hash(List<String> values) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            values.forEach(value -> md5.update((value + "\n").getBytes(UTF_8)));
            return HexFormat.of().formatHex(md5.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As the format prints: integers cut, reals with three digits, text in printable ASCII. */
    private static String text(Object value, char type) {
        if (value == null) {
            return "NULL";
        }
        Object plain = value instanceof Boolean truth ? (truth ? 1 : 0) : value;
        if (type == 'I' || type == 'R') {
            BigDecimal number = plain instanceof Number
                    ? new BigDecimal(plain.toString())
                    : new BigDecimal("0" + plain.toString().replaceAll("[^0-9].*", ""));
            return type == 'I'
                    ? number.toBigInteger().toString()
                    : String.format(Locale.ROOT, "%.3f", number.doubleValue());
        }
        String text = plain.toString();
        return text.isEmpty() ? "(empty)" : text.replaceAll("[^ -~]", "@");
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private void fault(String name, Entry entry, String what) {
        count("FAULT");
        String fault = name + ":" + entry.line() + ": " + what + "\n" + entry.sql();
        if (faults.size() < 50) {
            faults.add(fault);
            System.out.println(fault);
        }
    }
}
