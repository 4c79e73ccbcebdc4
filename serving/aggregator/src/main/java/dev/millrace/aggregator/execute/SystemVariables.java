package dev.millrace.aggregator.execute;

import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The system variables of one session. Most are there because drivers and tools ask for them: they have MySQL's names
 * and tell the truth about this server. Those that may be set are few; {@code SET} of any other is refused, and
 * {@code SET} of a fixed one to another value as well.
 */
final class SystemVariables {
    /** What clients take for the server's version: MySQL's protocol version first, as MariaDB and MemSQL do. */
    static final String VERSION = "8.0.0-Millrace-0.1";

    private static final long TIMEOUT_MILLIS_DEFAULT = 600_000;

    private static final String TIMEOUT = "max_execution_time";

    /** Set by drivers with words that change nothing here, because there is one character set and no other mode. */
    private static final Set<String> ACCEPTED = Set.of(
            "names",
            "character set",
            "character_set_client",
            "character_set_connection",
            "character_set_results",
            "collation_connection",
            "sql_mode",
            "net_write_timeout",
            "net_read_timeout",
            "wait_timeout",
            "interactive_timeout",
            "sql_safe_updates",
            "sql_select_limit",
            "sql_notes",
            "sql_warnings",
            "sql_quote_show_create",
            "foreign_key_checks",
            "unique_checks");

    private static final Map<String, Object> FIXED = Map.ofEntries(
            Map.entry("version", VERSION),
            Map.entry("version_comment", "Millrace"),
            Map.entry("version_compile_machine", "jvm"),
            Map.entry("version_compile_os", "jvm"),
            Map.entry("protocol_version", 10L),
            Map.entry("license", "Apache-2.0"),
            Map.entry("hostname", "localhost"),
            Map.entry("time_zone", "+00:00"),
            Map.entry("system_time_zone", "UTC"),
            Map.entry("character_set_server", "utf8mb4"),
            Map.entry("character_set_database", "utf8mb4"),
            Map.entry("character_set_system", "utf8mb4"),
            Map.entry("collation_server", "utf8mb4_bin"),
            Map.entry("collation_database", "utf8mb4_bin"),
            Map.entry("lower_case_table_names", 2L),
            Map.entry("transaction_isolation", "READ-COMMITTED"),
            Map.entry("tx_isolation", "READ-COMMITTED"),
            Map.entry("transaction_read_only", 0L),
            Map.entry("tx_read_only", 0L),
            Map.entry("auto_increment_increment", 1L),
            Map.entry("init_connect", ""),
            Map.entry("max_allowed_packet", 67_108_864L),
            Map.entry("net_buffer_length", 16_384L),
            Map.entry("performance_schema", 0L),
            Map.entry("have_ssl", "NO"),
            Map.entry("read_only", 0L),
            Map.entry("autocommit", 1L));

    private static final Map<String, Object> DEFAULTS = Map.ofEntries(
            Map.entry(TIMEOUT, TIMEOUT_MILLIS_DEFAULT),
            Map.entry("character_set_client", "utf8mb4"),
            Map.entry("character_set_connection", "utf8mb4"),
            Map.entry("character_set_results", "utf8mb4"),
            Map.entry("collation_connection", "utf8mb4_bin"),
            Map.entry("sql_mode", "STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY"),
            Map.entry("wait_timeout", 3_600L),
            Map.entry("interactive_timeout", 3_600L),
            Map.entry("net_write_timeout", 60L),
            Map.entry("net_read_timeout", 60L),
            Map.entry("sql_safe_updates", 0L),
            Map.entry("sql_select_limit", Long.MAX_VALUE),
            Map.entry("sql_notes", 1L),
            Map.entry("sql_warnings", 0L),
            Map.entry("sql_quote_show_create", 1L),
            Map.entry("foreign_key_checks", 0L),
            Map.entry("unique_checks", 1L));

    private final SortedMap<String, Object> values = new TreeMap<>();

    SystemVariables() {
        values.putAll(FIXED);
        values.putAll(DEFAULTS);
    }

    synchronized Optional<Object> value(String name) {
        return Optional.ofNullable(values.get(name.toLowerCase(Locale.ROOT)));
    }

    synchronized SortedMap<String, Object> all() {
        return new TreeMap<>(values);
    }

    synchronized Duration timeout() {
        long millis = ((Number) values.get(TIMEOUT)).longValue();
        return Duration.ofMillis(millis <= 0 ? TIMEOUT_MILLIS_DEFAULT : millis);
    }

    /**
     * SET name = value.
     *
     * @param words the value as text, unquoted: a word, a number or a string
     */
    synchronized void set(String name, String words, Position at) {
        String folded = name.toLowerCase(Locale.ROOT);
        if (folded.startsWith("@")) {
            throw new StatementException(SqlState.UNSUPPORTED, "user variable " + name + " is not supported", at);
        }
        if (folded.equals("transaction")) {
            return; // one isolation level, in every transaction
        }
        if (folded.equals(TIMEOUT)) {
            values.put(TIMEOUT, wholeNumber(name, words, at));
            return;
        }
        if (ACCEPTED.contains(folded)) {
            if (values.containsKey(folded) && !words.equalsIgnoreCase("default")) {
                values.put(folded, values.get(folded) instanceof Long ? number(name, words, at) : words);
            }
            return;
        }
        Object fixed = values.get(folded);
        if (fixed == null) {
            throw new StatementException(
                    SqlState.UNKNOWN_SYSTEM_VARIABLE, "Unknown system variable '" + name + "'", at);
        }
        if (!same(fixed, words)) {
            throw new StatementException(
                    SqlState.UNSUPPORTED, "SET " + name + " to anything but " + fixed + " is not supported", at);
        }
    }

    private static boolean same(Object fixed, String words) {
        if (words.equalsIgnoreCase("default") || String.valueOf(fixed).equalsIgnoreCase(words)) {
            return true;
        }
        return fixed instanceof Long number
                && (number == 1
                        ? isOn(words)
                        : number == 0 && words.equalsIgnoreCase("off")
                                || number == 0 && words.equalsIgnoreCase("false"));
    }

    private static boolean isOn(String words) {
        return words.equalsIgnoreCase("on") || words.equalsIgnoreCase("true");
    }

    private static Object number(String name, String words, Position at) {
        if (isOn(words)) {
            return 1L;
        }
        if (words.equalsIgnoreCase("off") || words.equalsIgnoreCase("false")) {
            return 0L;
        }
        return wholeNumber(name, words, at);
    }

    private static long wholeNumber(String name, String words, Position at) {
        if (words.equalsIgnoreCase("default")) {
            return 0;
        }
        try {
            return Long.parseLong(words);
        } catch (NumberFormatException e) {
            throw new StatementException(
                    SqlState.WRONG_ARGUMENTS, "Incorrect argument type to variable '" + name + "'", at);
        }
    }
}
