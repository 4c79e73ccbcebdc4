package dev.millrace.transform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(
        value = {OS.LINUX, OS.MAC},
        disabledReason = "programs are started by a POSIX shell")
class ProgramRunnerTest {
    private static final ProgramLimits IMPATIENT =
            new ProgramLimits(Duration.ofMillis(700), Duration.ofSeconds(10), 256L << 20, 64L << 20);

    /** The same in memory and output; a busy machine may take its time. */
    private static final ProgramLimits PATIENT =
            new ProgramLimits(Duration.ofSeconds(30), Duration.ofSeconds(60), 256L << 20, 64L << 20);

    @TempDir
    Path folder;

    private String run(String script, String input, String... arguments) throws Exception {
        return new Scripts(folder).run(script, input, Scripts.LIMITS, arguments);
    }

    private void assertFails(String script, String input, ProgramLimits limits, String... words) {
        assertThatThrownBy(() -> new Scripts(folder).run(script, input, limits))
                .isInstanceOf(ProgramException.class)
                .message()
                .contains(words);
    }

    @Test
    void programGetsAllInputAndGivesAllOutput() throws Exception {
        String input = "a line\n".repeat(2_000_000);
        assertThat(run("exec cat", input)).isEqualTo(input);
    }

    @Test
    void programThatKeepsItsOutputUntilTheEndOfItsInputIsFine() throws Exception {
        String input = "b\na\n".repeat(500_000);
        assertThat(run("exec sort", input)).isEqualTo("a\n".repeat(500_000) + "b\n".repeat(500_000));
    }

    @Test
    void programThatWritesFarMoreThanItReadsIsFine() throws Exception {
        assertThat(run("exec awk '{ for (i = 0; i < 100; i++) print }'", "0123456789\n".repeat(100_000)))
                .hasSize(100 * 100_000 * 11);
    }

    @Test
    void argumentsArriveAsTheyAre() throws Exception {
        assertThat(run("for a; do echo \"<$a>\"; done", "", "-x", "two words", "$HOME;'", ""))
                .isEqualTo("<-x>\n<two words>\n<$HOME;'>\n<>\n");
    }

    @Test
    void environmentIsTheDocumentedOne() throws Exception {
        // PWD, OLDPWD, SHLVL and _ are shells' own.
        assertThat(run("env | sed 's/=.*//' | grep -vxE 'PWD|OLDPWD|SHLVL|_' | sort", "")
                        .lines())
                .containsExactly(
                        "HOME",
                        "LANG",
                        "MILLRACE_BATCH",
                        "MILLRACE_PIPELINE",
                        "MILLRACE_PROGRAM",
                        "PATH",
                        "TMPDIR",
                        "TZ");
        assertThat(run("echo $MILLRACE_PIPELINE $MILLRACE_BATCH", "")).isEqualTo("db.p 7.0.2.1\n");
    }

    @Test
    void eachRunHasAFolderOfItsOwnThatIsRemoved() throws Exception {
        try (ProgramRunner runner =
                new Scripts(folder).runner("ls; touch mine; mkdir d; touch d/f; pwd", Scripts.LIMITS)) {
            String first = Scripts.run(runner, "").strip();
            String second = Scripts.run(runner, "").strip();
            assertThat(first).doesNotContain("\n").isNotEqualTo(second);
            assertThat(Path.of(first)).doesNotExist();
            assertThat(Path.of(second)).doesNotExist();
        }
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    @Test
    void nextProcessIsReadyBeforeItsInputComes() throws Exception {
        Path started = folder.resolve("started");
        try (ProgramRunner runner = new Scripts(folder).runner("echo >> " + started + "; cat", Scripts.LIMITS)) {
            assertThat(Scripts.run(runner, "x")).isEqualTo("x");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (Files.readAllLines(started).size() < 2 && System.nanoTime() < deadline) {
                Thread.sleep(5);
            }
            assertThat(Files.readAllLines(started)).hasSize(2);
            assertThat(Scripts.run(runner, "y")).isEqualTo("y");
        }
    }

    @Test
    void standbyThatDiedIsReplaced() throws Exception {
        Path once = folder.resolve("once");
        // The second one ends at once, whichever comes first to its first line; the others work.
        String script = "echo >> " + once + "; case $MILLRACE_BATCH in *.2) exit 9;; esac; cat";
        try (ProgramRunner runner = new Scripts(folder).runner(script, Scripts.LIMITS)) {
            assertThat(Scripts.run(runner, "x")).isEqualTo("x");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (Files.readAllLines(once).size() < 2 && System.nanoTime() < deadline) {
                Thread.sleep(5);
            }
            TimeUnit.MILLISECONDS.sleep(200);
            assertThat(Scripts.run(runner, "y")).isEqualTo("y");
        }
    }

    @Test
    void exitStatusAndStderrAreReported() {
        assertFails(
                "cat > /dev/null; echo 'no such key: \"x\"' >&2; exit 3",
                "a",
                Scripts.LIMITS,
                "script.sh",
                "batch 7.0.2.1",
                "ended with status 3",
                "no such key: \"x\"");
    }

    @Test
    void crashIsReportedAsOne() {
        assertFails("kill -s SEGV $$", "a".repeat(1 << 20), Scripts.LIMITS, "crashed (SIGSEGV)", "stderr is empty");
    }

    @Test
    void programEndedFromOutsideSaysSo() {
        assertThatThrownBy(() -> run("cat > /dev/null; kill -s TERM $$", "a"))
                .asInstanceOf(type(ProgramException.class))
                .matches(ProgramException::isFromOutside)
                .extracting(Throwable::getMessage)
                .asString()
                .contains("SIGTERM");
    }

    @Test
    void programThatReadsNotAllItsInputFails() {
        assertFails("head -c 10", "x".repeat(10 << 20), Scripts.LIMITS, "before it had read all its input");
        // Little enough for the pipe to hold it all; read by a program that waits for the end of its input, or does
        // not.
        assertFails("read line; exit 0", "x\ny\n", Scripts.LIMITS, "before it had read all its input");
        assertFails("exec 0<&-; sleep 20", "x".repeat(10 << 20), Scripts.LIMITS, "closed its stdin");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux shows what is in a pipe")
    void inputThatIsLeftInThePipeIsSeen() {
        assertFails("sleep 0.5; exit 0", "x\n", Scripts.LIMITS, "before it had read all its input");
        assertFails("read line; echo $line; sleep 0.5", "x\ny\n", Scripts.LIMITS, "before it had read all its input");
    }

    @Test
    void programThatIsNoneFails() {
        assertFails("exec /no/such/interpreter", "x", Scripts.LIMITS, "ended with status 127", "not found");
    }

    @Test
    void programThatTakesNoInputIsKilled() throws Exception {
        String mark = Scripts.mark();
        assertFails("sleep " + mark, "x".repeat(10 << 20), IMPATIENT, "did not take input or give output for 700 ms");
        Scripts.awaitNone(mark);
    }

    @Test
    void programThatDoesNotEndIsKilled() throws Exception {
        String mark = Scripts.mark();
        assertFails("cat; sleep " + mark, "x", IMPATIENT, "did not end after the end of its input");
        Scripts.awaitNone(mark);
    }

    @Test
    void floodOfStderrIsKeptToItsEnd() throws Exception {
        String flood = "head -c 50000000 /dev/zero | tr '\\0' e >&2; echo the end >&2;";
        assertThat(run(flood + " cat", "x")).isEqualTo("x");
        assertThatThrownBy(() -> run(flood + " cat; exit 1", "x"))
                .message()
                .contains("… e", "eeethe end")
                .hasSizeLessThan(5_000);
    }

    @Test
    void endlessOutputIsStopped() {
        assertFails("exec yes", "x", PATIENT, "gave more than 67108864 bytes of output");
    }

    @Test
    void memoryIsLimited() {
        assertFails("exec awk 'BEGIN { s = \"x\"; while (1) s = s s }'", "", PATIENT, "ended with status");
    }

    @Test
    void childrenThatAreLeftBehindAreKilled() throws Exception {
        String mark = Scripts.mark();
        // One holds the pipes, one does not, one has a child of its own.
        String script = "sleep " + mark + " & sleep " + mark + " > /dev/null 2>&1 & (sh -c 'sleep " + mark
                + "; true' &) ; exec cat";
        assertThat(run(script, "x")).isEqualTo("x");
        Scripts.awaitNone(mark);
        assertFails(script + " /no/such/file", "x", Scripts.LIMITS, "ended with status 1");
        Scripts.awaitNone(mark);
    }

    @Test
    void interruptEndsAnyWait() throws Exception {
        String mark = Scripts.mark();
        for (String input : new String[] {"x", "x".repeat(10 << 20)}) {
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    run("sleep " + mark, input);
                    end.complete(null);
                } catch (Throwable e) {
                    end.complete(e);
                }
            });
            caller.start();
            TimeUnit.MILLISECONDS.sleep(300);
            caller.interrupt();
            assertThat(end.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            Scripts.awaitNone(mark);
        }
    }

    /** The end of its stdin is all that a guard sees of its maker's end, kill -9 included. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "setsid is Linux's")
    void guardKillsAndRemovesEverythingWhenItsStdinEnds() throws Exception {
        String mark = Scripts.mark();
        Path runs = Files.createDirectory(folder.resolve("runs"));
        Files.writeString(runs.resolve("file"), "x");
        Process left = new ProcessBuilder("setsid", "sh", "-c", "sleep " + mark + " & sleep " + mark).start();
        Process ended = new ProcessBuilder("setsid", "sleep", mark).start();
        try (GroupGuard guard = new GroupGuard(Path.of("/usr/bin/setsid"), runs, Map.of("PATH", "/usr/bin:/bin"))) {
            guard.watch(left.pid());
            guard.watch(ended.pid());
            awaitOwnGroup(ended);
            assertThat(guard.end(ended.pid())).isTrue();
            assertThat(ended.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(left.isAlive()).isTrue();
        }
        Scripts.awaitNone(mark);
        assertThat(runs).doesNotExist();
    }

    /** A process is in our group until it has become setsid's child. */
    private static void awaitOwnGroup(Process process) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!process.info().command().orElse("").endsWith("sleep") && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
    }
}
