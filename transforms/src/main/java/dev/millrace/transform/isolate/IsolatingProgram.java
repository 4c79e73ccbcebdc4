package dev.millrace.transform.isolate;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.frame.RecordFrame;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.process.ProgramException;
import dev.millrace.transform.process.ProgramLimits;
import dev.millrace.transform.process.ProgramRun;
import dev.millrace.transform.process.ProgramRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A program over a batch's records, of which those that it fails on are left out. For one thread.
 *
 * <p>A batch that is larger than one run may be given goes through several runs, and so do the parts of one that failed.
 * Output leaves in the order of the records it was made of, after its run has ended well.
 */
public final class IsolatingProgram implements AutoCloseable {
    /** Takes what becomes of the records. */
    public interface Target {
        /** Rows that are sure, with their numbers in the batch, from 1, as offsets. They are the taker's. */
        void accept(RecordBatch rows);

        /** A record that is not among what the rows were made of. */
        void leaveOut(RefusedRecord record);
    }

    /** How a run failed. */
    private record Failure(String reason, boolean earlyEnd) {}

    /**
     * A program that ends too early is told from one that has had all its input by ending before it can know; one that
     * waits for the end of its input waits this long for nothing.
     */
    private static final Duration LINGER = Duration.ofMillis(250);

    private final ProgramRunner runner;
    private final ProgramLimits patient;
    private final IsolationLimits limits;
    private final RecordFrame frame;
    private final FormatSpec format;
    private final Path spill;
    private final Target target;
    private final HeldRecords held = new HeldRecords();
    /* Of the run that is being fed. */
    private Optional<Attempt> feeding = Optional.empty();
    private long rows;
    private boolean everDidWell;
    /* Of the search under way. */
    private int runsLeft;
    private long deadlineNanos;
    private int failures;

    /**
     * Starts nothing.
     *
     * @param runner its owner closes it
     * @param patient what the runner allows a run
     * @param format of the output
     * @param spill a file for output that is large
     */
    public IsolatingProgram(
            ProgramRunner runner,
            ProgramLimits patient,
            IsolationLimits limits,
            TransformSpec.Framing framing,
            FormatSpec format,
            Path spill,
            Target target) {
        this.runner = requireNonNull(runner, "runner");
        this.patient = requireNonNull(patient, "patient");
        this.limits = requireNonNull(limits, "limits");
        this.frame = new RecordFrame(framing);
        this.format = requireNonNull(format, "format");
        this.spill = requireNonNull(spill, "spill");
        this.target = requireNonNull(target, "target");
    }

    /**
     * Gives records of a source partition to the program; they are copied.
     *
     * @throws ProgramException a run that ended for a reason outside the program: the batch is lost
     * @throws StatementException TRANSFORM_FAILED if the search gives up
     */
    public void add(String partition, RecordBatch records) throws IOException, InterruptedException {
        if (held.count() > 0
                && (held.bytes() + bytes(records) > limits.inputBytes()
                        || held.count() + records.count() > limits.inputRecords())) {
            finishRun();
        }
        int first = held.count();
        held.add(partition, records);
        if (held.count() == first) {
            return;
        }
        Optional<Failure> failure = Optional.empty();
        try {
            if (feeding.isEmpty()) {
                feeding = Optional.of(new Attempt(patient));
            }
            feeding.get().feed(first, held.count());
        } catch (ProgramException | StatementException e) {
            failure = Optional.of(failure(e));
        }
        if (failure.isPresent()) {
            searchAll(failure.get());
        }
    }

    private static long bytes(RecordBatch records) {
        long bytes = 0;
        for (int i = 0; i < records.count(); i++) {
            bytes += Math.max(0, records.lengths()[i]);
        }
        return bytes;
    }

    /** The batch has no more records: all its rows are with the target when this returns. Throws as {@link #add} does. */
    public void finishBatch() throws IOException, InterruptedException {
        finishRun();
        rows = 0;
    }

    private void finishRun() throws IOException, InterruptedException {
        if (feeding.isEmpty()) {
            return;
        }
        Optional<Failure> failure = Optional.empty();
        try {
            feeding.get().finish();
        } catch (ProgramException | StatementException e) {
            failure = Optional.of(failure(e));
        }
        if (failure.isPresent()) {
            searchAll(failure.get());
        } else {
            endFeeding();
            held.clear();
        }
    }

    private void searchAll(Failure failure) throws IOException, InterruptedException {
        endFeeding();
        runsLeft = limits.runs();
        deadlineNanos = System.nanoTime() + limits.search().toNanos();
        failures = 0;
        if (held.count() == 1) {
            // As in larger batches, a record is left out only if it fails alone in a run of its own, the second.
            tryAlone(0, 1, failure);
        } else {
            search(0, held.count(), failure);
        }
        held.clear();
    }

    private void endFeeding() {
        feeding.ifPresent(Attempt::close);
        feeding = Optional.empty();
    }

    /** A run over these records has failed. */
    private void search(int from, int to, Failure failure) throws IOException, InterruptedException {
        if (to - from == 1) {
            failures++;
            if (!everDidWell && failures >= limits.hopeless()) {
                throw gaveUp("failed on each of " + failures + " records alone and has never done well", failure);
            }
            target.leaveOut(held.refused(from, failure.reason()));
            return;
        }
        int middle = (from + to) >>> 1;
        tryAlone(from, middle, failure);
        tryAlone(middle, to, failure);
    }

    private void tryAlone(int from, int to, Failure before) throws IOException, InterruptedException {
        if (runsLeft-- == 0 || System.nanoTime() > deadlineNanos) {
            String bound =
                    runsLeft < 0 ? limits.runs() + " runs" : limits.search().toSeconds() + " s";
            throw gaveUp(
                    "has " + failures + " records or more that it fails on, and " + bound
                            + " were not enough to find them all",
                    before);
        }
        Failure failure;
        try (Attempt attempt = new Attempt(to - from == 1 ? patient : IsolationLimits.hasty(patient))) {
            attempt.feed(from, to);
            if (before.earlyEnd()) {
                attempt.linger();
            }
            attempt.finish();
            return;
        } catch (ProgramException | StatementException e) {
            failure = failure(e);
        }
        search(from, to, failure);
    }

    private StatementException gaveUp(String what, Failure failure) {
        return new StatementException(
                SqlState.TRANSFORM_FAILED,
                "the transform " + what + ", in a batch of " + held.count() + " records; the last failure: "
                        + failure.reason());
    }

    private static Failure failure(Exception e) throws ProgramException {
        if (e instanceof ProgramException ended && ended.isFromOutside()) {
            throw ended;
        }
        return new Failure(e.getMessage(), e instanceof ProgramException ended && ended.isEarlyEnd());
    }

    @Override
    public void close() {
        endFeeding();
    }

    /** One run, and its output. */
    private final class Attempt implements AutoCloseable {
        private final ProgramRun run;
        private final HeldOutput output = new HeldOutput(format, spill);

        Attempt(ProgramLimits time) throws IOException {
            run = runner.next(time);
        }

        void feed(int from, int to) throws IOException, InterruptedException {
            held.write(from, to, frame, (bytes, at, length) -> run.write(bytes, at, length, output::add));
            run.flush(output::add);
        }

        void linger() throws IOException, InterruptedException {
            run.linger(LINGER, output::add);
        }

        /** If it ends well, its rows go to the target. */
        void finish() throws IOException, InterruptedException {
            run.finish(output::add);
            output.end();
            everDidWell = true;
            rows = output.drain(rows, target::accept);
        }

        @Override
        public void close() {
            run.close();
            output.close();
        }
    }
}
