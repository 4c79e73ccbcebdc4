package dev.millrace.transform.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.spec.TransformSpec.Framing;
import dev.millrace.transform.frame.RecordFrame;
import dev.millrace.transform.load.RecordBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each example over a batch, twice; left out only where its language is not installed. */
@EnabledOnOs(
        value = {OS.LINUX, OS.MAC},
        disabledReason = "programs are started by a POSIX shell")
class ExamplesTest {
    private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
    private static final int RECORDS = 20_000;

    @TempDir
    Path folder;

    @Test
    void python() throws Exception {
        installed("python3");
        assertUppers(EXAMPLES.resolve("python/upper.py"), Framing.LENGTH);
    }

    @Test
    void awk() throws Exception {
        installed("awk");
        assertUppers(EXAMPLES.resolve("awk/upper.awk"), Framing.NEWLINE);
    }

    @Test
    void c() throws Exception {
        installed("cc");
        Path program = folder.resolve("upper");
        Process compiler = new ProcessBuilder(
                        "cc",
                        "-O2",
                        "-o",
                        program.toString(),
                        EXAMPLES.resolve("c/upper.c").toString())
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).isZero();
        assertUppers(program, Framing.LENGTH);
    }

    @Test
    void node() throws Exception {
        installed("node");
        assertUppers(EXAMPLES.resolve("node/upper.js"), Framing.LENGTH);
    }

    private static void installed(String tool) throws IOException, InterruptedException {
        Process which = new ProcessBuilder("sh", "-c", "command -v " + tool)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeTrue(which.waitFor(10, TimeUnit.SECONDS) && which.exitValue() == 0, tool + " is not installed");
    }

    private void assertUppers(Path file, Framing framing) throws IOException, InterruptedException {
        List<byte[]> records = IntStream.range(0, RECORDS)
                .mapToObj(id -> (id + ",word " + id).getBytes(UTF_8))
                .toList();
        String expected = IntStream.range(0, RECORDS)
                .mapToObj(id -> id + ",WORD " + id + "\n")
                .collect(Collectors.joining());
        Program program = new Program(file, file.getParent(), List.of(), "db.p", "1.0.0");
        try (ProgramRunner runner = new ProgramRunner(program, Scripts.LIMITS, folder.resolve("runs"))) {
            for (int round = 0; round < 2; round++) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                try (ProgramRun run = runner.next()) {
                    new RecordFrame(framing)
                            .write(
                                    RecordBatch.of(0, records),
                                    (bytes, from, length) -> run.write(bytes, from, length, out::writeBytes));
                    run.finish(out::writeBytes);
                }
                assertThat(out.toString(UTF_8)).isEqualTo(expected);
            }
        }
    }
}
