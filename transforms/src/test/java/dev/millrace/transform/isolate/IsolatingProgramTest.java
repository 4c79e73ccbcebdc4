package dev.millrace.transform.isolate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.TransformSpec.Framing;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.process.Program;
import dev.millrace.transform.process.ProgramException;
import dev.millrace.transform.process.ProgramLimits;
import dev.millrace.transform.process.ProgramRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(
        value = {OS.LINUX, OS.MAC},
        disabledReason = "programs are started by a POSIX shell")
class IsolatingProgramTest {
    private static final ProgramLimits LIMITS =
            new ProgramLimits(Duration.ofSeconds(20), Duration.ofSeconds(40), 1L << 30, 32L << 20);

    private static final FormatSpec LINES =
            new FormatSpec.Csv(",", "", false, "\\", "\n", "", List.of("id"), FormatSpec.CsvNulls.USUAL, 0);

    @TempDir
    Path folder;

    private ProgramLimits limits = LIMITS;

    private final List<String> rows = new ArrayList<>();
    private final List<Long> numbers = new ArrayList<>();
    private final List<RefusedRecord> leftOut = new ArrayList<>();

    private final IsolatingProgram.Target target = new IsolatingProgram.Target() {
        @Override
        public void accept(RecordBatch piece) {
            for (int i = 0; i < piece.count(); i++) {
                rows.add(new String(piece.bytes(), piece.starts()[i], piece.lengths()[i], UTF_8).strip());
                numbers.add(piece.offsets()[i]);
            }
        }

        @Override
        public void leaveOut(RefusedRecord record) {
            leftOut.add(record);
        }
    };

    private Path runs() {
        return folder.resolve("runs");
    }

    private long runsTaken() throws Exception {
        return Files.readAllLines(folder.resolve("starts")).size();
    }

    private ProgramRunner runner(String script, ProgramLimits limits) throws Exception {
        Path file = Files.writeString(
                folder.resolve("script.sh"), "#!/bin/sh\necho >> " + folder.resolve("starts") + "\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new ProgramRunner(new Program(file, folder, List.of(), "db.p", "7.0.2"), limits, runs());
    }

    /** One batch of two source partitions through a script that reads lines. */
    private void run(String script, IsolationLimits isolation, List<String> zero, List<String> one) throws Exception {
        try (ProgramRunner runner = runner(script, limits);
                IsolatingProgram program = new IsolatingProgram(
                        runner, limits, isolation, Framing.NEWLINE, LINES, runs().resolve("output"), target)) {
            program.add("0", records(1_000, zero));
            program.add("1", records(5_000, one));
            program.finishBatch();
        }
        assertThat(runs()).doesNotExist();
    }

    private static RecordBatch records(long first, List<String> lines) {
        return RecordBatch.of(
                first, lines.stream().map(line -> line.getBytes(UTF_8)).toList());
    }

    private static List<String> lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void batchOfOneRecordHasASecondRunToo() throws Exception {
        String once = folder.resolve("once").toString();
        run(
                "cat; if [ ! -e " + once + " ]; then : > " + once + "; exit 1; fi",
                IsolationLimits.DEFAULT,
                lines(7, 8),
                List.of());
        assertThat(rows).containsExactly("7");
        assertThat(leftOut).isEmpty();
    }

    @Test
    void outputWhoseRowsCannotBeToldApartIsTheFailureOfTheRecordThatMadeIt() throws Exception {
        // An enum of one symbol: byte 0 is a row, and behind a byte 2 no row can be found.
        FormatSpec avro = new FormatSpec.Avro(
                List.of(new FormatSpec.Mapping("id", List.of(), Optional.empty())),
                Optional.of("{\"type\": \"enum\", \"name\": \"e\", \"symbols\": [\"a\"]}"),
                List.of());
        try (ProgramRunner runner = runner(
                        "while read n; do if [ $n = 12 ]; then printf '\\002'; else printf '\\000'; fi; done", limits);
                IsolatingProgram program = new IsolatingProgram(
                        runner,
                        limits,
                        IsolationLimits.DEFAULT,
                        Framing.NEWLINE,
                        avro,
                        runs().resolve("output"),
                        target)) {
            program.add("0", records(0, lines(0, 50)));
            program.finishBatch();
        }
        assertThat(rows).hasSize(49);
        assertThat(leftOut).extracting(RefusedRecord::offset).containsExactly(12L);
        assertThat(leftOut.get(0).reason()).contains("not Avro of the pipeline's schema");
    }

    @Test
    void recordsThatItCrashesOnAreLeftOutAloneAndTheOthersKeepTheirOrder() throws Exception {
        run(
                "exec awk '$1 == 77 || $1 == 640 { print \"no city \" $1 > \"/dev/stderr\"; exit 3 } { print }'",
                IsolationLimits.DEFAULT,
                lines(0, 500),
                lines(500, 1_000));

        List<String> expected = new ArrayList<>(lines(0, 1_000));
        expected.removeAll(List.of("77", "640"));
        assertThat(rows).isEqualTo(expected);
        assertThat(numbers)
                .isEqualTo(IntStream.rangeClosed(1, 998).mapToObj(i -> (long) i).toList());
        assertThat(leftOut).extracting(RefusedRecord::partition).containsExactly("0", "1");
        assertThat(leftOut).extracting(RefusedRecord::offset).containsExactly(1_077L, 5_140L);
        assertThat(leftOut)
                .extracting(record -> new String(record.excerpt(), UTF_8))
                .containsExactly("77", "640");
        assertThat(leftOut.get(1).reason()).contains("ended with status 3", "no city 640");
        // Two of a thousand: 2 log2 n runs each, the first one, and one that waits.
        assertThat(runsTaken()).isLessThan(2 * 2 * 10 + 2);
    }

    @Test
    void programThatFloodsOrKeepsItsOutputIsIsolatedToo() throws Exception {
        limits = new ProgramLimits(LIMITS.stall(), LIMITS.finish(), LIMITS.memoryBytes(), 1 << 20);
        run(
                "sort -n > sorted; grep -q '^7$' sorted && exec yes; cat sorted",
                IsolationLimits.DEFAULT,
                lines(0, 6),
                lines(6, 12));
        assertThat(rows).containsExactly("0", "1", "2", "3", "4", "5", "6", "8", "9", "10", "11");
        assertThat(leftOut).extracting(RefusedRecord::offset).containsExactly(5_001L);
        assertThat(leftOut.get(0).reason()).contains("gave more than 1048576 bytes of output");
    }

    @Test
    void halvesThatDoWellAreAcceptedAlthoughTheWholeFailed() throws Exception {
        run(
                "cat; mkdir " + folder.resolve("once") + " 2> /dev/null && exit 9; exit 0",
                IsolationLimits.DEFAULT,
                lines(0, 5),
                lines(5, 10));
        assertThat(rows).isEqualTo(lines(0, 10));
        assertThat(leftOut).isEmpty();
    }

    @Test
    void outputThatIsHeldMayBeLarge() throws Exception {
        run(
                "exec awk '{ for (i = 0; i < 20000; i++) print $1 }'",
                IsolationLimits.DEFAULT,
                lines(100, 200),
                lines(200, 350));
        assertThat(rows).hasSize(250 * 20_000);
        assertThat(rows.get(rows.size() - 1)).isEqualTo("349");
        assertThat(numbers.get(numbers.size() - 1)).isEqualTo(250 * 20_000);
        assertThat(leftOut).isEmpty();
    }

    @Test
    void largeBatchesGoThroughInParts() throws Exception {
        IsolationLimits small = new IsolationLimits(600, 150, 100, Duration.ofMinutes(1), 100);
        run("wc -l", small, lines(100, 200), lines(200, 300));
        assertThat(rows).containsExactly("100", "100");
        assertThat(numbers).containsExactly(1L, 2L);
    }

    @Test
    void searchGivesUpOnAProgramThatNeverDoesWell() {
        IsolationLimits hopeless = new IsolationLimits(1 << 20, 1_000, 4_000, Duration.ofMinutes(1), 5);
        assertThatThrownBy(() -> run("cat > /dev/null; exit 4", hopeless, lines(0, 100), lines(100, 200)))
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(SqlState.TRANSFORM_FAILED))
                .hasMessageContaining("failed on each of 5 records")
                .hasMessageContaining("status 4");
        assertThat(leftOut).hasSize(4);
    }

    @Test
    void searchGivesUpWhenItTakesTooManyRuns() {
        IsolationLimits few = new IsolationLimits(1 << 20, 1_000, 20, Duration.ofMinutes(1), 100);
        String script = "awk '$1 % 2 { exit 4 } { print }'";
        assertThatThrownBy(() -> run(script, few, lines(0, 100), lines(100, 200)))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("20 runs")
                .hasMessageContaining("a batch of ");
    }

    @Test
    void recordThatItEndsAtIsLeftOutAndThoseBehindItAreLoaded() throws Exception {
        run(
                "while read line; do [ $line = 3 ] && exit 0; echo $line; done",
                IsolationLimits.DEFAULT,
                lines(0, 4),
                lines(4, 7));
        assertThat(rows).containsExactly("0", "1", "2", "4", "5", "6");
        assertThat(leftOut).extracting(RefusedRecord::offset).containsExactly(1_003L);
        assertThat(leftOut.get(0).reason()).contains("before it had read all its input");
    }

    @Test
    void endFromOutsideIsNoRecordsFault() {
        assertThatThrownBy(() ->
                        run("grep -q 5 && kill -s TERM $$; exit 0", IsolationLimits.DEFAULT, lines(0, 5), lines(5, 9)))
                .isInstanceOfSatisfying(
                        ProgramException.class,
                        e -> assertThat(e.isFromOutside()).isTrue());
        assertThat(rows).isEmpty();
        assertThat(leftOut).isEmpty();
    }
}
