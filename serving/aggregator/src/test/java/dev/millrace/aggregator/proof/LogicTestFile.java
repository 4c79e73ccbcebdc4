package dev.millrace.aggregator.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A file in SQLite's sqllogictest format, as MySQL reads it: {@code onlyif} and {@code skipif} are settled. */
record LogicTestFile(List<Entry> entries) {
    /**
     * @param types of a query's columns: {@code I}, {@code R} and {@code T}; nothing for a statement
     * @param succeeds whether a statement has to
     * @param sort {@code nosort}, {@code rowsort} or {@code valuesort}
     * @param expected lines behind {@code ----}
     */
    record Entry(int line, String sql, Optional<String> types, boolean succeeds, String sort, List<String> expected) {}

    static LogicTestFile read(List<String> lines) {
        List<Entry> entries = new ArrayList<>();
        int at = 0;
        while (at < lines.size()) {
            int start = at;
            boolean runs = true;
            while (at < lines.size() && isPreamble(lines.get(at))) {
                String[] words = lines.get(at).split("\\s+");
                runs &= !words[0].equals("onlyif") || words[1].equals("mysql");
                runs &= !words[0].equals("skipif") || !words[1].equals("mysql");
                at++;
            }
            if (at == lines.size()) {
                break;
            }
            if (lines.get(at).startsWith("halt")) {
                if (runs) {
                    break;
                }
                at++;
                continue;
            }
            String[] words = lines.get(at).split("\\s+");
            boolean query = words[0].equals("query");
            if (!query && !words[0].equals("statement")) {
                at++;
                continue;
            }
            List<String> sql = new ArrayList<>();
            for (at++;
                    at < lines.size()
                            && !lines.get(at).isBlank()
                            && !lines.get(at).equals("----");
                    at++) {
                sql.add(lines.get(at));
            }
            List<String> expected = new ArrayList<>();
            if (at < lines.size() && lines.get(at).equals("----")) {
                for (at++; at < lines.size() && !lines.get(at).isBlank(); at++) {
                    expected.add(lines.get(at));
                }
            }
            if (runs) {
                entries.add(new Entry(
                        start + 1,
                        String.join("\n", sql),
                        query ? Optional.of(words[1]) : Optional.empty(),
                        words[1].equals("ok"),
                        words.length > 2 ? words[2] : "nosort",
                        expected));
            }
        }
        return new LogicTestFile(entries);
    }

    private static boolean isPreamble(String line) {
        return line.isBlank() || line.startsWith("#") || line.startsWith("onlyif") || line.startsWith("skipif");
    }
}
