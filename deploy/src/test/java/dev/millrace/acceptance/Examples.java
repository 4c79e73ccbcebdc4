package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A transform of transforms/examples: {@code id,text} in, {@code id,TEXT} out.
 *
 * @param name also its pipeline's
 * @param program inside of a tarball; empty for a plain file
 * @param framing as behind FRAMED BY
 */
record Examples(String name, Path file, String program, String framing) {
    private static final Duration GONE_MAX = Duration.ofSeconds(20);

    private static Examples example(String name, String file, String framing) {
        return new Examples(name, Checkout.ROOT.resolve("transforms/examples").resolve(file), "", framing);
    }

    /** Every machine has awk; this one comes in a tarball. */
    static Examples awk(Path folder) throws IOException, InterruptedException {
        Path tarball = folder.resolve("upper.tar.gz");
        assertThat(runs("tar -C '" + Checkout.ROOT.resolve("transforms/examples") + "' -czf '" + tarball + "' awk"))
                .isTrue();
        return new Examples("awk", tarball, "awk/upper.awk", "NEWLINE");
    }

    /** Those whose language is here; the others are named on the console. */
    static List<Examples> installed(Path folder) throws IOException, InterruptedException {
        List<Examples> installed = new ArrayList<>(List.of(awk(folder)));
        if (runs("python3 -c pass")) {
            installed.add(example("python", "python/upper.py", "LENGTH"));
        }
        if (runs("node -e 0")) {
            installed.add(example("node", "node/upper.js", "LENGTH"));
        }
        Path source = Checkout.ROOT.resolve("transforms/examples/c/upper.c");
        Path compiled = folder.resolve("upper");
        if (runs("cc -O2 -o '" + compiled + "' '" + source + "'")) {
            installed.add(new Examples("c", compiled, "", "LENGTH"));
        }
        System.out.println(
                "transforms in " + installed.stream().map(Examples::name).toList());
        return installed;
    }

    private static boolean runs(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", command).inheritIO().start();
        return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    String clause() {
        return "PARALLELISM 2 WITH TRANSFORM ('" + file.toUri() + "', '" + program + "', '') FRAMED BY " + framing;
    }

    /** No program is left of processes that were killed: they live below a millrace-programs folder of their data folder. */
    static void awaitNoneRunning(Path data) throws InterruptedException {
        long deadline = System.nanoTime() + GONE_MAX.toNanos();
        while (running(data) > 0 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(running(data)).as("programs left").isZero();
    }

    private static long running(Path data) {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(command -> command.contains(data.toString()) && command.contains("millrace-programs"))
                .count();
    }
}
