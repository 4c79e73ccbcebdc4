package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.source.KafkaFetch;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.transform.frame.RecordFrame;
import dev.millrace.transform.load.OutputCutter;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.process.ProgramRun;
import dev.millrace.transform.process.ProgramRunner;
import java.io.IOException;
import java.util.function.Consumer;

/** One process for each batch, whose rows go on while it runs: a failure is the whole batch's. */
final class StreamingFeed implements ProgramFeed {
    /** Output is loaded in pieces of about this size, as fetches are; sooner at the end of a fetch. */
    private static final int PIECE_BYTES = 4 << 20;

    private static final int PIECE_BYTES_MIN = 256 << 10;

    private final PipelineSpec pipeline;
    private final ProgramRunner runner;
    private final RecordFrame frame;
    private final Consumer<RecordBatch> rows;
    /* Of the batch under way; null before its first record. */
    private ProgramRun program;
    private OutputCutter cutter;

    /** @param rows takes them; they share the feed's memory */
    StreamingFeed(PipelineSpec pipeline, ProgramRunner runner, Consumer<RecordBatch> rows) {
        this.pipeline = requireNonNull(pipeline, "pipeline");
        this.runner = requireNonNull(runner, "runner");
        this.frame = new RecordFrame(pipeline.transform().orElseThrow().framing());
        this.rows = requireNonNull(rows, "rows");
    }

    @Override
    public void add(KafkaFetch fetch) throws IOException, InterruptedException {
        if (program == null) {
            program = runner.next();
            cutter = OutputCutter.of(pipeline.format());
        }
        frame.write(fetch.records(), (bytes, from, length) -> program.write(bytes, from, length, this::take));
        program.flush(this::take);
        emit(PIECE_BYTES_MIN, false);
    }

    @Override
    public void finishBatch() throws IOException, InterruptedException {
        if (program == null) {
            return;
        }
        try (ProgramRun ended = program) {
            program = null;
            ended.finish(this::take);
        }
        emit(0, true);
        cutter = null;
    }

    private void take(byte[] piece) {
        cutter.add(piece);
        emit(PIECE_BYTES, false);
    }

    private void emit(int bytesMin, boolean ended) {
        if (cutter.size() < bytesMin) {
            return;
        }
        RecordBatch records = cutter.take(ended);
        if (records.count() > 0) {
            rows.accept(records);
        }
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
    }
}
