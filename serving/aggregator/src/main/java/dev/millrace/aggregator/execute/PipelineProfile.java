package dev.millrace.aggregator.execute;

import dev.millrace.aggregator.pipeline.SourceSample.Sampled;
import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.spec.type.SqlType;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.RecordBatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What PROFILE PIPELINE measures: each step's output and time, the steps one after the other. */
final class PipelineProfile {
    private static final double NANOS_PER_MILLI = 1e6;

    /** A step's, summed up. */
    private static final class Step {
        private long rows;
        private long bytes;
        private long nanos;

        void add(long moreRows, long moreBytes, long moreNanos) {
            rows += moreRows;
            bytes += moreBytes;
            nanos += moreNanos;
        }
    }

    private final Map<String, Step> steps = new LinkedHashMap<>();

    List<Sampled> source(Supplier<List<Sampled>> step) {
        long begin = System.nanoTime();
        List<Sampled> records = step.get();
        long bytes = records.stream()
                .mapToLong(item -> item.value() == null ? 0 : item.value().length)
                .sum();
        return noted("Extract", records, records.size(), bytes, begin);
    }

    RecordBatch transform(Supplier<RecordBatch> step) {
        long begin = System.nanoTime();
        RecordBatch records = step.get();
        long bytes = 0;
        for (int i = 0; i < records.count(); i++) {
            bytes += Math.max(0, records.lengths()[i]);
        }
        return noted("Transform", records, records.count(), bytes, begin);
    }

    LoadResult load(Supplier<LoadResult> step) {
        long begin = System.nanoTime();
        LoadResult loaded = step.get();
        long bytes = loaded.rows().getFieldVectors().stream()
                .mapToLong(vector -> vector.getBufferSize())
                .sum();
        return noted("Load", loaded, loaded.rows().getRowCount(), bytes, begin);
    }

    private <T> T noted(String name, T value, long rows, long bytes, long begin) {
        steps.computeIfAbsent(name, step -> new Step()).add(rows, bytes, System.nanoTime() - begin);
        return value;
    }

    private static double millis(Step step) {
        return Math.round(step.nanos / NANOS_PER_MILLI * 1_000) / 1e3;
    }

    /** A row for each step. */
    RowCursor rows() {
        return new ListCursor(
                List.of(
                        column("STEP", SqlType.of(SqlType.Kind.TEXT)),
                        column("ACTUAL_ROWS", SqlType.of(SqlType.Kind.BIGINT)),
                        column("BYTES", SqlType.of(SqlType.Kind.BIGINT)),
                        column("EXEC_TIME_MS", SqlType.of(SqlType.Kind.DOUBLE))),
                steps.entrySet().stream()
                        .map(entry -> new Object[] {
                            entry.getKey(), entry.getValue().rows, entry.getValue().bytes, millis(entry.getValue())
                        })
                        .toList());
    }

    /** The same as one JSON document. */
    RowCursor document() {
        String json = steps.entrySet().stream()
                .map(entry -> String.format(
                        Locale.ROOT,
                        "{\"step\": \"%s\", \"actual_rows\": %d, \"bytes\": %d, \"exec_time_ms\": %.3f}",
                        entry.getKey(),
                        entry.getValue().rows,
                        entry.getValue().bytes,
                        millis(entry.getValue())))
                .collect(Collectors.joining(", ", "{\"steps\": [", "]}"));
        return new ListCursor(
                List.of(column("PROFILE", SqlType.of(SqlType.Kind.TEXT))), List.<Object[]>of(new Object[] {json}));
    }

    private static ResultColumn column(String name, SqlType type) {
        return new ResultColumn(name, type, false, Optional.empty());
    }
}
