package dev.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.transform.program.ProgramFile;
import java.util.Locale;

/** Shell scripts as transforms. */
final class Scripts {
    private Scripts() {}

    /** The pipeline through a script that reads lines; the script is in the store. */
    static PipelineSpec through(EngineStore store, PipelineSpec pipeline, String script) {
        ProgramFile file = ProgramFile.of(("#!/bin/sh\n" + script + "\n").getBytes(UTF_8));
        store.system(new SystemEntry.StoreProgram(file.sha256(), file.bytes().length, 0, file.bytes()));
        return pipeline.withTransform(
                new TransformSpec("file:///opt/script.sh", "", "", TransformSpec.Framing.NEWLINE, "", 0)
                        .withFile(file.sha256(), file.bytes().length));
    }

    /** A number of seconds nobody else sleeps for: it marks a test's children. */
    static String mark() {
        return String.format(Locale.ROOT, "8%09d", Math.floorMod(System.nanoTime(), 1_000_000_000L));
    }

    static long processesWith(String text) {
        return ProcessHandle.allProcesses()
                .filter(handle -> handle.info().commandLine().orElse("").contains(text))
                .count();
    }
}
