package dev.millrace.aggregator.execute;

import dev.millrace.ddl.check.SessionVariables;
import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The system variables of one session: those that SET takes ({@link SessionVariables} judges the values), and those that
 * only tell what this server is. Most are there because drivers and tools ask for them. Thread-safe.
 */
final class SystemVariables {
    /** What clients take for the server's version: the MySQL whose dialect this is first, then ours. */
    static final String VERSION = "8.0.0-Millrace-0.1";

    /** {@code max_execution_time} = 0 means this. */
    private static final Duration TIMEOUT_DEFAULT = Duration.ofMinutes(10);

    private static final String TIMEOUT = "max_execution_time";

    private static final Map<String, String> FIXED = Map.ofEntries(
            Map.entry("version", VERSION),
            Map.entry("version_comment", "Millrace"),
            Map.entry("version_compile_machine", "jvm"),
            Map.entry("version_compile_os", "jvm"),
            Map.entry("protocol_version", "10"),
            Map.entry("license", "Apache-2.0"),
            Map.entry("hostname", "localhost"),
            Map.entry("character_set_system", "utf8mb4"),
            Map.entry("auto_increment_increment", "1"),
            Map.entry("init_connect", ""),
            Map.entry("net_buffer_length", "16384"),
            Map.entry("performance_schema", "OFF"),
            Map.entry("have_ssl", "NO"),
            Map.entry("read_only", "OFF"));

    private final SortedMap<String, String> values = new TreeMap<>();

    SystemVariables() {
        values.putAll(FIXED);
        values.putAll(SessionVariables.defaults());
    }

    /** A variable's value as SELECT shows it: numbers as numbers, switches as 1 and 0. */
    synchronized Optional<Object> value(String name) {
        return Optional.ofNullable(values.get(name.toLowerCase(Locale.ROOT))).map(SystemVariables::typed);
    }

    private static Object typed(String text) {
        if (text.equals("ON")) {
            return 1L;
        }
        if (text.equals("OFF")) {
            return 0L;
        }
        if (text.matches("\\d{1,18}")) {
            return Long.valueOf(text);
        }
        return text;
    }

    /** All of them as SHOW VARIABLES shows them. */
    synchronized SortedMap<String, String> all() {
        return new TreeMap<>(values);
    }

    synchronized Duration timeout() {
        long millis = Long.parseLong(values.get(TIMEOUT));
        return millis == 0 ? TIMEOUT_DEFAULT : Duration.ofMillis(millis);
    }

    /**
     * Takes a value that was judged.
     *
     * @param words the value as text, unquoted: a word, a number or a string
     */
    synchronized void set(String name, String words, Position at) {
        String folded = name.toLowerCase(Locale.ROOT);
        String first = SessionVariables.defaults().get(folded);
        if (first == null) {
            return; // SET NAMES and its like: there is one character set
        }
        String value = words.equalsIgnoreCase("default") ? first : words;
        if (folded.equals(TIMEOUT) && !value.matches("\\d{1,15}")) {
            throw new StatementException(
                    SqlState.WRONG_ARGUMENTS, "Incorrect argument type to variable '" + name + "'", at);
        }
        values.put(folded, value);
    }
}
