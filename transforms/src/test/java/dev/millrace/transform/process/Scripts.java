package dev.millrace.transform.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Programs of a test, and what they do to a runner. */
final class Scripts {
    static final ProgramLimits LIMITS =
            new ProgramLimits(Duration.ofSeconds(20), Duration.ofSeconds(40), 1L << 30, 256L << 20);

    private final Path folder;

    Scripts(Path folder) {
        this.folder = folder;
    }

    /** A runner of a shell script. */
    ProgramRunner runner(String script, ProgramLimits limits, String... arguments) throws IOException {
        // Each in a folder of its own: a file that a process just begins to execute cannot be written.
        Path file = Files.createTempDirectory(folder, "script").resolve("script.sh");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        Program program = new Program(file, folder, List.of(arguments), "db.p", "7.0.2");
        return new ProgramRunner(program, limits, folder.resolve("runs"));
    }

    /** Runs a script once over some input. */
    String run(String script, String input, ProgramLimits limits, String... arguments)
            throws IOException, InterruptedException {
        try (ProgramRunner runner = runner(script, limits, arguments)) {
            return run(runner, input);
        }
    }

    static String run(ProgramRunner runner, String input) throws IOException, InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] bytes = input.getBytes(UTF_8);
        try (ProgramRun run = runner.next()) {
            run.write(bytes, 0, bytes.length, all::writeBytes);
            run.finish(all::writeBytes);
        }
        return all.toString(UTF_8);
    }

    /** Processes that have a text among their arguments. */
    static long processesWith(String text) {
        return ProcessHandle.allProcesses()
                .filter(ProcessHandle::isAlive)
                .filter(handle -> handle.info().commandLine().orElse("").contains(text))
                .count();
    }

    /** A number of seconds nobody else sleeps for: it marks a test's children. */
    static String mark() {
        return String.format(Locale.ROOT, "9%09d", Math.floorMod(System.nanoTime(), 1_000_000_000L));
    }

    static void awaitNone(String mark) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (processesWith(mark) > 0) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(processesWith(mark) + " processes are left");
            }
            Thread.sleep(10);
        }
    }
}
