package dev.millrace.transform;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.frame.RecordFrame;
import dev.millrace.transform.isolate.FileProgram;
import dev.millrace.transform.jq.JqFilter;
import dev.millrace.transform.load.OutputCutter;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.process.Program;
import dev.millrace.transform.process.ProgramLimits;
import dev.millrace.transform.process.ProgramRun;
import dev.millrace.transform.process.ProgramRunner;
import dev.millrace.transform.program.ProgramFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A pipeline's transform over one batch of records, all of it in memory: for samples. */
public final class OneBatch {
    private OneBatch() {}

    /**
     * The records that come out; the same ones if the pipeline has no transform.
     *
     * @param file gets the bytes of the transform's file, if they are wanted
     * @param folder for the program and its run; the caller removes it
     * @throws dev.millrace.transform.process.ProgramException a program that failed
     * @throws dev.millrace.spec.error.StatementException TRANSFORM_FAILED of a jq program, or of output without an end
     */
    public static RecordBatch run(PipelineSpec pipeline, RecordBatch records, Supplier<byte[]> file, Path folder)
            throws IOException, InterruptedException {
        if (pipeline.transform().isEmpty()) {
            return records;
        }
        TransformSpec transform = pipeline.transform().get();
        return transform.isBuiltIn()
                ? new JqFilter(transform).apply(records, (index, e) -> refuse(pipeline, records.offsets()[index], e))
                : output(pipeline, transform, records, ProgramFolder.open(folder, transform, file), folder);
    }

    private static void refuse(PipelineSpec pipeline, long offset, StatementException e) {
        if (!pipeline.load().isSkippingAll()) {
            throw new StatementException(e.state(), e.getMessage() + "; record at offset " + offset, e);
        }
    }

    private static RecordBatch output(
            PipelineSpec pipeline, TransformSpec transform, RecordBatch records, ProgramFolder program, Path folder)
            throws IOException, InterruptedException {
        OutputCutter cutter = OutputCutter.of(pipeline.format());
        Program named = new Program(
                program.executable(), program.folder(), transform.argumentList(), pipeline.qualifiedName(), "test");
        try (ProgramRunner runner = new ProgramRunner(named, ProgramLimits.DEFAULT, folder.resolve("runs"));
                ProgramRun run = runner.next()) {
            if (pipeline.source().isFiles()) {
                for (int i = 0; i < records.count(); i++) {
                    run.write(records.bytes(), records.starts()[i], records.lengths()[i], cutter::add);
                }
            } else {
                new RecordFrame(transform.framing())
                        .write(records, (bytes, from, length) -> run.write(bytes, from, length, cutter::add));
            }
            run.finish(cutter::add);
        }
        RecordBatch all = cutter.take(true);
        if (!pipeline.source().isFiles()) {
            return all;
        }
        RecordBatch rows = all.above(FileProgram.ignoredRows(pipeline.format()));
        return records.properties().map(known -> rows.with(known.ofOneForAll())).orElse(rows);
    }
}
