package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.error.SqlState;
import java.util.Optional;

/**
 * Why a record cannot be loaded.
 *
 * @param offset the record's offset in its source partition
 * @param position byte in the record, from 0, where the bad field or value begins, or where the text stops making sense
 * @param line line in the record, from 1: lines of a CSV record, line feeds before {@code position} in a JSON record; 0
 *     in Avro and if an expression is to blame
 * @param column the table's column the value was meant for; empty if the fault lies with none
 * @param reason a sentence for the user
 * @param excerpt at most {@link #EXCERPT_BYTES_MAX} of the record's bytes around {@code position}
 * @param excerptStart byte in the record where the excerpt begins
 * @param length bytes of the whole record
 */
public record RecordError(
        long offset,
        int position,
        int line,
        Optional<String> column,
        Kind kind,
        String reason,
        byte[] excerpt,
        int excerptStart,
        int length) {
    /** Enough to recognise a record, small enough to keep ten thousand of them. */
    public static final int EXCERPT_BYTES_MAX = 1024;

    public RecordError {
        requireNonNull(column, "column");
        requireNonNull(kind, "kind");
        requireNonNull(reason, "reason");
        if (excerpt.length > EXCERPT_BYTES_MAX) {
            throw new IllegalArgumentException("excerpt of " + excerpt.length + " bytes");
        }
    }

    /** What is wrong with the record; the skip modes choose by it. */
    public enum Kind {
        /** Not JSON, not Avro of the schema, or an enclosed CSV field without an end. */
        MALFORMED(SqlState.RECORD_REFUSED, true),
        /** Text that is not UTF-8. */
        ENCODING(SqlState.INCORRECT_VALUE, true),
        /** A line with more or fewer fields than columns. */
        FIELD_COUNT(SqlState.RECORD_REFUSED, true),
        /** A path that is not there and has no default. */
        MISSING_PATH(SqlState.RECORD_REFUSED, true),
        /** A value of another type than the column's. */
        INCORRECT_VALUE(SqlState.INCORRECT_VALUE, false),
        OUT_OF_RANGE(SqlState.OUT_OF_RANGE, false),
        TOO_LONG(SqlState.DATA_TOO_LONG, false),
        /** NULL for a column that takes none. */
        NOT_NULL(SqlState.NOT_NULL_VIOLATION, false),
        /** SET or WHERE cannot be evaluated for it. */
        EXPRESSION(SqlState.INCORRECT_VALUE, false);

        private final SqlState state;
        private final boolean parser;

        Kind(SqlState state, boolean parser) {
            this.state = state;
            this.parser = parser;
        }

        /**
         * Whether a record with this fault is left out instead of stopping the pipeline. The format's own faults are
         * parser errors, values that do not fit their columns are constraint errors.
         */
        public boolean isSkipped(LoadSpec load) {
            return !load.stopOnError()
                    || switch (load.errors()) {
                        case FAIL, REPLACE, SKIP_DUPLICATE_KEY -> false;
                        case IGNORE, SKIP_ALL -> true;
                        case SKIP_PARSER -> parser;
                        case SKIP_CONSTRAINT -> !parser;
                    };
        }

        public SqlState state() {
            return state;
        }
    }

    /** Offset, line, column and reason as one sentence. */
    public String describe() {
        return "record at offset " + offset + (line > 0 ? ", line " + line : "")
                + (line > 0 || position > 0 ? ", byte " + position : "")
                + column.map(name -> ", column " + name).orElse("") + ": " + reason;
    }
}
