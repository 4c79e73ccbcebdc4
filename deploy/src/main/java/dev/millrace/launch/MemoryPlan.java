package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.WRONG_CONFIG;

import dev.millrace.spec.error.StatementException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory of one process, divided once at its start. {@code bin/millrace} gives the heap and the direct memory to the
 * JVM by the same shares, since they cannot be changed later.
 *
 * @param totalBytes what the process may take
 * @param leafDuckDbBytes DuckDB's memory limit in each leaf
 * @param leavesArrowBytes direct memory for rows on their way through all leaves
 * @param aggregatorDuckDbBytes DuckDB's memory limit in the aggregator
 * @param aggregatorArrowBytes direct memory for rows on their way through the aggregator
 * @param networkBytes Flink's network buffers, taken from direct memory at once
 * @param managedBytes Flink's managed memory; load jobs keep no keyed state, so it is small
 */
record MemoryPlan(
        long totalBytes,
        long leafDuckDbBytes,
        long leavesArrowBytes,
        long aggregatorDuckDbBytes,
        long aggregatorArrowBytes,
        long networkBytes,
        long managedBytes) {
    /** Heap 40 %, direct memory 20 % (both set by the script), DuckDB 33 %; the rest is code, stacks and threads. */
    private static final int LEAVES_PERCENT = 25;

    private static final int AGGREGATOR_PERCENT = 8;

    /** Below this Flink's buffers, the broker and DuckDB's least limits do not fit beside each other. */
    static final long BYTES_MIN = 1L << 30;

    private static final long DUCKDB_BYTES_MIN = 64L << 20;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([kmgt]?)(i?b)?");

    static MemoryPlan of(long totalBytes, int leaves) {
        if (totalBytes < BYTES_MIN) {
            throw new StatementException(
                    WRONG_CONFIG,
                    "--memory " + (totalBytes >> 20) + "m is too little; at least " + (BYTES_MIN >> 20) + "m");
        }
        long percent = totalBytes / 100;
        return new MemoryPlan(
                totalBytes,
                Math.max(DUCKDB_BYTES_MIN, percent * LEAVES_PERCENT / leaves),
                percent * 8,
                Math.max(DUCKDB_BYTES_MIN, percent * AGGREGATOR_PERCENT),
                percent * 5,
                Math.max(48L << 20, Math.min(256L << 20, percent * 4)),
                64L << 20);
    }

    /** Half of what the machine has, as the script has found out. */
    static long defaultBytes() {
        return Long.getLong("millrace.memory", BYTES_MIN * 4);
    }

    /**
     * Bytes from a text such as {@code 4g} or {@code 1500m}; units are powers of 1024.
     *
     * @throws StatementException WRONG_CONFIG for any other text
     */
    static long parse(String text) {
        Matcher size = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw new StatementException(WRONG_CONFIG, "--memory " + text + " is not a size such as 4g or 1500m");
        }
        int shift = size.group(2).isEmpty() ? 0 : 10 * ("kmgt".indexOf(size.group(2)) + 1);
        long units = Long.parseLong(size.group(1));
        if (units > Long.MAX_VALUE >> shift) {
            throw new StatementException(WRONG_CONFIG, "--memory " + text + " is more than any machine has");
        }
        return units << shift;
    }
}
