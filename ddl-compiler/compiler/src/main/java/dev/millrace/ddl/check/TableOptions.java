package dev.millrace.ddl.check;

import dev.millrace.ddl.TableOption;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;
import java.util.Set;

/** Options of CREATE TABLE and CREATE DATABASE. All that are known concern engines that are not here. */
final class TableOptions {
    private static final Set<String> IGNORED = Set.of(
            "AUTO_INCREMENT",
            "AUTOSTATS_CARDINALITY_MODE",
            "AUTOSTATS_ENABLED",
            "AUTOSTATS_HISTOGRAM_MODE",
            "AUTOSTATS_SAMPLING",
            "AVG_ROW_LENGTH",
            "CHARACTER SET",
            "CHECKSUM",
            "COLLATE",
            "COMMENT",
            "COMPRESSION",
            "DELAY_KEY_WRITE",
            "ENCRYPTION",
            "ENGINE",
            "INSERT_METHOD",
            "KEY_BLOCK_SIZE",
            "MAX_ROWS",
            "MIN_ROWS",
            "PACK_KEYS",
            "ROW_FORMAT",
            "STATS_AUTO_RECALC",
            "STATS_PERSISTENT",
            "STATS_SAMPLE_PAGES",
            "TABLESPACE");

    private TableOptions() {}

    static void check(List<TableOption> options, List<Warning> warnings) {
        for (TableOption option : options) {
            if (!IGNORED.contains(option.name())) {
                throw new StatementException(
                        SqlState.SYNTAX_ERROR,
                        "You have an error in your SQL syntax near '" + option.name() + "'",
                        option.at().position());
            }
            warnings.add(ignored(option.name()));
        }
    }

    /** The warning that something was read and has no effect. */
    static Warning ignored(String what) {
        return new Warning(
                Warning.Level.WARNING, SqlState.UNSUPPORTED.number(), what + " is accepted and has no effect");
    }
}
