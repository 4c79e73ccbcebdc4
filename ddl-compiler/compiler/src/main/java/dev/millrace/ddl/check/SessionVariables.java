package dev.millrace.ddl.check;

import dev.millrace.ddl.Statement.SetVariables;
import dev.millrace.ddl.Statement.Setting;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The variables that SET takes. Drivers and tools set them when they connect; Millrace takes what changes nothing, or
 * what it does anyway, and refuses what it would have to obey and cannot: {@code autocommit = 0}, another time zone.
 */
public final class SessionVariables {
    private static final Set<String> UTC = Set.of("+00:00", "-00:00", "UTC", "ETC/UTC", "SYSTEM", "DEFAULT");
    private static final Set<String> ON = Set.of("1", "ON", "TRUE", "DEFAULT");
    private static final Set<String> UNICODE =
            Set.of("UTF8", "UTF8MB3", "UTF8MB4", "ASCII", "BINARY", "LATIN1", "DEFAULT");

    private static final Map<String, String> DEFAULTS = new TreeMap<>(Map.ofEntries(
            Map.entry("autocommit", "ON"),
            Map.entry("character_set_client", "utf8mb4"),
            Map.entry("character_set_connection", "utf8mb4"),
            Map.entry("character_set_database", "utf8mb4"),
            Map.entry("character_set_results", "utf8mb4"),
            Map.entry("character_set_server", "utf8mb4"),
            Map.entry("collation_connection", "utf8mb4_bin"),
            Map.entry("collation_database", "utf8mb4_bin"),
            Map.entry("collation_server", "utf8mb4_bin"),
            Map.entry("default_storage_engine", "Millrace"),
            Map.entry("foreign_key_checks", "OFF"),
            Map.entry("group_concat_max_len", "16777216"),
            Map.entry("innodb_lock_wait_timeout", "50"),
            Map.entry("interactive_timeout", "28800"),
            Map.entry("lc_messages", "en_US"),
            Map.entry("lc_time_names", "en_US"),
            Map.entry("lock_wait_timeout", "50"),
            Map.entry("lower_case_table_names", "2"),
            Map.entry("max_allowed_packet", "67108864"),
            Map.entry("max_execution_time", "0"),
            Map.entry("net_read_timeout", "30"),
            Map.entry("net_write_timeout", "60"),
            Map.entry("profiling", "OFF"),
            Map.entry("query_cache_size", "0"),
            Map.entry("query_cache_type", "OFF"),
            Map.entry("sql_auto_is_null", "OFF"),
            Map.entry("sql_log_bin", "OFF"),
            Map.entry("sql_mode", "ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES"),
            Map.entry("sql_notes", "ON"),
            Map.entry("sql_quote_show_create", "ON"),
            Map.entry("sql_safe_updates", "OFF"),
            Map.entry("sql_select_limit", "18446744073709551615"),
            Map.entry("sql_warnings", "OFF"),
            Map.entry("storage_engine", "Millrace"),
            Map.entry("system_time_zone", "UTC"),
            Map.entry("time_zone", "+00:00"),
            Map.entry("transaction_isolation", "READ-COMMITTED"),
            Map.entry("transaction_read_only", "OFF"),
            Map.entry("tx_isolation", "READ-COMMITTED"),
            Map.entry("tx_read_only", "OFF"),
            Map.entry("unique_checks", "ON"),
            Map.entry("wait_timeout", "28800")));

    /** Those that say how the server is, not how the session shall be. */
    private static final Set<String> READ_ONLY = Set.of("lower_case_table_names", "system_time_zone");

    private SessionVariables() {}

    /** Every variable that SET takes, with the value it has at first; sorted by name. */
    public static Map<String, String> defaults() {
        return java.util.Collections.unmodifiableMap(DEFAULTS);
    }

    static List<Warning> check(SetVariables set) {
        List<Warning> warnings = new ArrayList<>();
        for (Setting setting : set.settings()) {
            check(setting, warnings);
        }
        return warnings;
    }

    private static void check(Setting setting, List<Warning> warnings) {
        String name = setting.name();
        String value = setting.value().sql().strip();
        if (name.startsWith("@")) {
            throw Later.unsupported("user variable " + name, setting.at());
        }
        switch (name) {
            case "names", "character set" -> characterSet(value, setting);
            case "transaction" -> transaction(setting, value);
            default -> {
                if (!DEFAULTS.containsKey(name)) {
                    throw new StatementException(
                            SqlState.UNKNOWN_SYSTEM_VARIABLE,
                            "Unknown system variable '" + name + "'",
                            setting.at().position());
                }
                variable(setting, name, value, warnings);
            }
        }
    }

    private static void variable(Setting setting, String name, String value, List<Warning> warnings) {
        if (READ_ONLY.contains(name)) {
            throw new StatementException(
                    SqlState.READ_ONLY,
                    "Variable '" + name + "' is a read only variable",
                    setting.at().position());
        }
        if (setting.scope() == Setting.Scope.GLOBAL) {
            throw Later.unsupported("SET GLOBAL", setting.at());
        }
        String plain = unquoted(value).toUpperCase(Locale.ROOT);
        boolean fits = switch (name) {
            case "autocommit" -> ON.contains(plain);
            case "time_zone" -> UTC.contains(plain);
            case "transaction_read_only", "tx_read_only", "sql_safe_updates", "sql_auto_is_null" ->
                !plain.equals("1") && !plain.equals("ON") && !plain.equals("TRUE");
            case "sql_select_limit" -> plain.equals("DEFAULT") || plain.length() > 18;
            default -> true;
        };
        if (!fits) {
            throw Later.unsupported(name + " = " + value, setting.at());
        }
        if (name.equals("sql_mode")) {
            warnings.add(TableOptions.ignored("sql_mode"));
        }
    }

    private static void characterSet(String value, Setting setting) {
        String[] words = value.split("\\s+");
        if (!UNICODE.contains(unquoted(words[0]).toUpperCase(Locale.ROOT))) {
            throw new StatementException(
                    SqlState.UNKNOWN_CHARACTER_SET,
                    "Unknown character set: '" + unquoted(words[0]) + "'",
                    setting.value().at().position());
        }
    }

    private static void transaction(Setting setting, String value) {
        String words = value.toUpperCase(Locale.ROOT).replaceAll("\\s+", " ");
        boolean level = Set.of(
                        "ISOLATION LEVEL READ COMMITTED",
                        "ISOLATION LEVEL READ UNCOMMITTED",
                        "ISOLATION LEVEL REPEATABLE READ",
                        "READ WRITE")
                .contains(words);
        if (!level || setting.scope() == Setting.Scope.GLOBAL) {
            throw Later.unsupported("SET TRANSACTION " + value, setting.at());
        }
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && (value.charAt(0) == '\'' || value.charAt(0) == '"');
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
