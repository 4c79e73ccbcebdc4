package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.transform.process.Program;
import dev.millrace.transform.process.ProgramLimits;
import dev.millrace.transform.process.ProgramRunner;
import dev.millrace.transform.program.ProgramFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.runtime.execution.Environment;

/**
 * A pipeline's program in a task.
 *
 * @param runs a folder for what its runs leave
 */
record TaskProgram(ProgramRunner runner, Path runs) {
    /** Of a run whose output is held until it has ended well. */
    private static final long HELD_BYTES_MAX = 1L << 30;

    TaskProgram {
        requireNonNull(runner, "runner");
        requireNonNull(runs, "runs");
    }

    static TaskProgram open(
            JobRun run, StoreDoor.Opener opener, ProgramLimits limits, Environment environment, TaskInfo task)
            throws IOException {
        PipelineSpec pipeline = run.pipeline();
        TransformSpec transform = pipeline.transform().orElseThrow();
        Path temp = Path.of(environment.getTaskManagerInfo().getTmpDirectories()[0]);
        ProgramFolder folder =
                ProgramFolder.open(temp.resolve("millrace-programs"), transform, () -> file(run, opener, transform));
        String name = run.number() + "." + task.getAttemptNumber() + "." + task.getIndexOfThisSubtask();
        Path runs = temp.resolve("millrace-transform-" + pipeline.id() + "-" + name);
        Program program = new Program(
                folder.executable(), folder.folder(), transform.argumentList(), pipeline.qualifiedName(), name);
        return new TaskProgram(new ProgramRunner(program, limits, runs), runs);
    }

    private static byte[] file(JobRun run, StoreDoor.Opener opener, TransformSpec transform) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (StoreDoor door = opener.open(run)) {
            for (int part = 0; part < SystemEntry.StoreProgram.parts(transform.sizeBytes()); part++) {
                bytes.writeBytes(door.program(transform.sha256(), part));
            }
        }
        return bytes.toByteArray();
    }

    /** Limits of a run whose output is held. */
    static ProgramLimits held(ProgramLimits limits) {
        return new ProgramLimits(
                limits.stall(), limits.finish(), limits.memoryBytes(), Math.min(limits.outputBytes(), HELD_BYTES_MAX));
    }

    /** Where output is held that does not fit into memory. */
    Path spill() {
        return runs.resolve("output");
    }
}
