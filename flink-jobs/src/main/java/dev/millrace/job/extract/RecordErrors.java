package dev.millrace.job.extract;

import dev.millrace.job.source.KafkaFetch;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.PipelineError;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.RecordError;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Errors of a pipeline's records, with their places. A row of a program's output has a number in its batch instead of a
 * place in the source: what is known is which records the program was given.
 */
final class RecordErrors {
    /** A message is read by people. */
    private static final int RANGES_MAX = 4;

    private record Range(long from, long to) {
        Range with(Range later) {
            return new Range(from, later.to);
        }
    }

    private final SourceSpec source;
    private final boolean throughProgram;
    /* What the program was given of this batch, by source partition. */
    private final Map<String, Range> given = new TreeMap<>();

    RecordErrors(PipelineSpec pipeline) {
        source = pipeline.source();
        throughProgram = pipeline.isThroughProgram();
    }

    /** A fetch of the batch under way. */
    void read(KafkaFetch fetch) {
        if (throughProgram && !source.isFiles()) {
            given.merge(fetch.from().partition(), new Range(fetch.from().offset(), fetch.to()), Range::with);
        }
    }

    void batchEnds() {
        given.clear();
    }

    /** A record, or a row of output, that cannot be loaded. */
    PipelineError load(KafkaFetch fetch, RecordError error, long atMillis) {
        String message = throughProgram && source.isFiles()
                ? source.place(fetch.from().partition()) + ", row " + error.offset() + " of the transform's output"
                        + error.column().map(name -> ", column " + name).orElse("") + ": " + error.reason()
                : throughProgram
                        ? "row " + error.offset() + " of the transform's output in its batch"
                                + error.column().map(name -> ", column " + name).orElse("") + ": " + error.reason()
                                + "; made of "
                                + givenText()
                        : source.place(fetch.from().partition()) + ", " + error.describe();
        return new PipelineError(
                atMillis,
                "Load",
                error.kind().state().number(),
                message,
                source.topic(),
                partition(fetch),
                throughProgram ? -1 : error.offset(),
                error.line(),
                error.column().orElse(""),
                error.excerpt());
    }

    /** Those that are only counted, by source partition. */
    Map<String, LeftOut.Rest> rest(KafkaFetch fetch, LoadResult.Unlisted unlisted) {
        if (unlisted.count() == 0) {
            return Map.of();
        }
        LeftOut.Rest rest = throughProgram
                ? new LeftOut.Rest(source.topic(), unlisted.count(), -1, -1)
                : new LeftOut.Rest(source.topic(), unlisted.count(), unlisted.firstOffset(), unlisted.lastOffset());
        return Map.of(partition(fetch), rest);
    }

    /** A file that the transform fails on. */
    PipelineError file(String path, String reason, long atMillis) {
        return new PipelineError(
                atMillis,
                "Transform",
                SqlState.TRANSFORM_FAILED.number(),
                source.place(path) + ": " + reason,
                source.topic(),
                path,
                -1,
                0,
                "",
                new byte[0]);
    }

    /** A record that the transform fails on. */
    PipelineError transform(String partition, long offset, byte[] excerpt, String reason, long atMillis) {
        return new PipelineError(
                atMillis,
                "Transform",
                SqlState.TRANSFORM_FAILED.number(),
                source.place(partition) + ", record at offset " + offset + ": " + reason,
                source.topic(),
                partition,
                offset,
                0,
                "",
                excerpt);
    }

    /** Of a row of output it is known where only one partition was read; the rows of files come file by file. */
    private String partition(KafkaFetch fetch) {
        return !throughProgram || source.isFiles() || given.size() == 1
                ? fetch.from().partition()
                : "";
    }

    private String givenText() {
        return "topic '" + source.topic() + "' "
                + given.entrySet().stream()
                        .limit(RANGES_MAX)
                        .map(entry -> "partition " + entry.getKey() + " offsets "
                                + entry.getValue().from() + " to "
                                + (entry.getValue().to() - 1))
                        .collect(Collectors.joining(", "))
                + (given.size() > RANGES_MAX ? ", and " + (given.size() - RANGES_MAX) + " more partitions" : "");
    }
}
