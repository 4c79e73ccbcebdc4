package dev.millrace.sqltest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a file's text into records and the lines between them. */
final class SqlTestFile {
    private static final Pattern DURATION = Pattern.compile("([0-9]+)(ms|s|m)");
    private static final String SEPARATOR = "----";

    private final String name;
    private final List<String> lines;
    private int at;

    private SqlTestFile(String name, String text) {
        this.name = name;
        this.lines = text.isEmpty() ? List.of() : Arrays.asList(text.split("\r?\n", -1));
    }

    /** Items are records, and strings: the comments and empty lines between them. */
    static List<Object> read(String name, String text) {
        return new SqlTestFile(name, text).items();
    }

    private List<Object> items() {
        List<Object> items = new ArrayList<>();
        while (at < lines.size()) {
            String line = lines.get(at);
            if (line.isBlank() || line.startsWith("#")) {
                items.add(line);
                at++;
            } else {
                items.add(record());
            }
        }
        return items;
    }

    private Record record() {
        int first = at + 1;
        List<String> head = new ArrayList<>();
        Duration await = Duration.ZERO;
        List<String> skipIf = new ArrayList<>();
        List<String> onlyIf = new ArrayList<>();
        while (true) {
            if (at >= lines.size() || lines.get(at).isBlank()) {
                throw error("a record ends after '" + head.get(head.size() - 1) + "'");
            }
            String line = lines.get(at++);
            head.add(line);
            String[] words = withoutComment(line).split("\\s+");
            switch (words[0]) {
                case "await" -> await = duration(words);
                case "skipif" -> skipIf.add(word(words, 1));
                case "onlyif" -> onlyIf.add(word(words, 1));
                case "#" -> {}
                default -> {
                    Record.Conditions conditions = new Record.Conditions(await, skipIf, onlyIf);
                    return body(first, head, kind(words), conditions);
                }
            }
        }
    }

    private static String withoutComment(String line) {
        int comment = line.indexOf(" #");
        return (comment < 0 ? line : line.substring(0, comment)).strip();
    }

    private Record body(int first, List<String> head, Record.Kind kind, Record.Conditions conditions) {
        List<String> sql = new ArrayList<>();
        while (at < lines.size() && !lines.get(at).isBlank() && !lines.get(at).equals(SEPARATOR)) {
            sql.add(lines.get(at++));
        }
        boolean separated = at < lines.size() && lines.get(at).equals(SEPARATOR);
        List<String> expected = new ArrayList<>();
        if (separated) {
            at++;
            while (at < lines.size() && !lines.get(at).isBlank()) {
                expected.add(lines.get(at++));
            }
        }
        boolean statement = !(kind instanceof Record.Kind.Command) && !(kind instanceof Record.Kind.Halt);
        if (statement && sql.isEmpty()) {
            throw error("no statement stands behind '" + head.get(head.size() - 1) + "'");
        }
        return new Record(first, head, kind, conditions, sql, separated, expected);
    }

    private Record.Kind kind(String[] words) {
        return switch (words[0]) {
            case "statement" -> statement(words);
            case "query" -> query(words);
            case "plan" -> new Record.Kind.Plan();
            case "halt" -> new Record.Kind.Halt();
            default -> new Record.Kind.Command(List.of(words));
        };
    }

    private Record.Kind statement(String[] words) {
        return switch (word(words, 1)) {
            case "ok" -> new Record.Kind.Ok();
            case "error" -> anyError(words);
            case "count" -> new Record.Kind.Count(Long.parseLong(word(words, 2)));
            default -> throw error("statement " + words[1] + " is not ok, error or count");
        };
    }

    private Record.Kind anyError(String[] words) {
        if (words.length > 5) {
            throw error("more stands behind error than SQLSTATE, number and LINE:COLUMN");
        }
        return new Record.Kind.Error(Arrays.asList(words).subList(2, words.length));
    }

    private Record.Kind query(String[] words) {
        String types = word(words, 1);
        if (types.equals("error")) {
            return anyError(words);
        }
        if (!types.matches("[IRTBD?]+")) {
            throw error("query " + types + " is not made of I, R, T, B, D and ?");
        }
        Record.Sort sort = Record.Sort.NOSORT;
        if (words.length > 2) {
            try {
                sort = Record.Sort.valueOf(words[2].toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw error("order " + words[2] + " is not nosort, rowsort or valuesort");
            }
        }
        return new Record.Kind.Query(types, sort);
    }

    private Duration duration(String[] words) {
        Matcher matcher = DURATION.matcher(word(words, 1));
        if (!matcher.matches()) {
            throw error("await " + words[1] + " is not a time such as 10s");
        }
        long value = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(value);
            case "s" -> Duration.ofSeconds(value);
            default -> Duration.ofMinutes(value);
        };
    }

    private String word(String[] words, int index) {
        if (words.length <= index) {
            throw error("'" + String.join(" ", words) + "' lacks a word");
        }
        return words[index];
    }

    private SqlTestFailure error(String message) {
        return new SqlTestFailure(name + ":" + Math.min(at, lines.size()) + ": " + message);
    }
}
