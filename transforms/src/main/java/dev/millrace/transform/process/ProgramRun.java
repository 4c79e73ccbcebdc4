package dev.millrace.transform.process;

import static java.util.Objects.requireNonNull;

import dev.millrace.transform.process.ProgramException.Cause;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * One process of a program, from its first byte in to its last byte out. For one caller's thread, which gets the output
 * while it writes and while it finishes. Every failure is a {@link ProgramException}; an interrupt ends any wait. The
 * process is over when this is closed, however it went.
 */
public final class ProgramRun implements AutoCloseable {
    /** Takes a piece of output, on the caller's thread. */
    @FunctionalInterface
    public interface Output {
        void accept(byte[] bytes);
    }

    /** What a pipe holds on Linux: larger slices would not make it faster. */
    private static final int SLICE_BYTES = 64 << 10;

    /** Output that waits for the caller; the program waits beyond it. */
    private static final int OUTPUT_WAITING_BYTES_MAX = 8 << 20;

    private static final int ERROR_BYTES_KEPT = 64 << 10;

    /** An error message is read by people. */
    private static final int ERROR_BYTES_QUOTED = 4 << 10;

    /** From a program's exit to the end of its output, or from a broken pipe to its exit. */
    private static final Duration END_MAX = Duration.ofSeconds(2);

    private final String name;
    private final String batch;
    private final Process process;
    private final String stdin;
    private final Runnable end;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final TailText errors = new TailText(ERROR_BYTES_KEPT);

    /* The caller's. */
    private byte[] filling = new byte[SLICE_BYTES];
    private int filled;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /* Under the lock. */
    private ProgramLimits limits;
    private byte[] slice = new byte[SLICE_BYTES];
    private int sliceLength;
    private boolean given;
    private boolean inputEnds;
    private boolean inputEnded;
    private boolean inputBroken;
    private UnreadInput unread = UnreadInput.UNKNOWN;
    private final ArrayDeque<byte[]> output = new ArrayDeque<>();
    private long outputWaiting;
    private long outputTotal;
    private boolean outputEnded;
    private boolean errorsEnded;
    private boolean exited;
    private boolean closed;
    private long progressNanos;

    /** @param end kills the process and what it left behind; called once */
    ProgramRun(String name, String batch, Process process, ProgramLimits limits, Runnable end) {
        this.name = requireNonNull(name, "name");
        this.batch = requireNonNull(batch, "batch");
        this.process = requireNonNull(process, "process");
        this.stdin = UnreadInput.nameOf(process.pid());
        this.limits = requireNonNull(limits, "limits");
        this.end = requireNonNull(end, "end");
        process.onExit().thenRun(() -> update(() -> exited = true));
        start("in", this::feed);
        start("out", this::readOutput);
        start("err", this::readErrors);
    }

    private void start(String stream, Runnable loop) {
        Thread thread = new Thread(loop, "program-" + process.pid() + "-" + stream);
        thread.setDaemon(true);
        thread.start();
    }

    /** Names this run, as the program's MILLRACE_BATCH does. */
    public String batch() {
        return batch;
    }

    /** Other limits, before it is given anything; its memory stays limited as it was started. */
    ProgramRun within(ProgramLimits other) {
        update(() -> limits = other);
        return this;
    }

    /** Whether the process has ended by itself. */
    boolean isOver() {
        return !process.isAlive();
    }

    /** Gives the program input; the bytes are copied. */
    public void write(byte[] bytes, int from, int length, Output out) throws IOException, InterruptedException {
        int at = from;
        int left = length;
        while (left > 0) {
            int some = Math.min(left, filling.length - filled);
            System.arraycopy(bytes, at, filling, filled, some);
            filled += some;
            at += some;
            left -= some;
            if (filled == filling.length) {
                flush(out);
            }
        }
    }

    /** Lets the program have what was written so far. */
    public void flush(Output out) throws IOException, InterruptedException {
        if (filled == 0) {
            return;
        }
        lock.lockInterruptibly();
        try {
            await(() -> sliceLength == 0 || inputBroken, "take input", out);
            if (inputBroken) {
                throw endedEarly(out);
            }
            byte[] free = slice;
            slice = filling;
            sliceLength = filled;
            filling = free;
            filled = 0;
            given = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the program have what was written and waits a while for it to end, though the end of its input is not said. */
    public void linger(Duration max, Output out) throws IOException, InterruptedException {
        flush(out);
        lock.lockInterruptibly();
        try {
            awaitWithin(max, () -> exited, out);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the program's input and waits for its end; all output has been taken when this returns. */
    public void finish(Output out) throws IOException, InterruptedException {
        flush(out);
        lock.lockInterruptibly();
        try {
            inputEnds = true;
            changed.signalAll();
            await(() -> exited, "end after the end of its input", out);
            end(); // else a child that holds the pipes could keep the output from ending
            if (!awaitWithin(END_MAX, () -> outputEnded && errorsEnded && inputEnded, out)) {
                throw failed("left a process behind that holds its output, out of reach", Cause.PROGRAM);
            }
            if (process.exitValue() != 0) {
                throw status();
            }
            if (inputBroken || unread.bytes() > 0) {
                throw endedEarly(out);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits under the lock, taking output meanwhile, and kills a program that takes too long. */
    private void await(BooleanSupplier condition, String what, Output out) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        progressNanos = begin;
        while (true) {
            take(out);
            if (condition.getAsBoolean()) {
                return;
            }
            long now = System.nanoTime();
            long left = Math.min(
                    begin + limits.finish().toNanos() - now,
                    progressNanos + limits.stall().toNanos() - now);
            if (left <= 0) {
                boolean stalled = now - progressNanos >= limits.stall().toNanos();
                throw failed(
                        "did not " + what + (stalled ? " or give output for " : " within ")
                                + seconds(stalled ? limits.stall() : limits.finish()) + " and was killed",
                        Cause.PROGRAM);
            }
            changed.awaitNanos(left);
        }
    }

    private boolean awaitWithin(Duration max, BooleanSupplier condition, Output out)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + max.toNanos();
        while (true) {
            take(out);
            if (condition.getAsBoolean()) {
                return true;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            changed.awaitNanos(left);
        }
    }

    /** Hands waiting output to the caller, outside the lock: others go on meanwhile. */
    private void take(Output out) throws ProgramException {
        while (!output.isEmpty()) {
            List<byte[]> taken = new ArrayList<>(output);
            output.clear();
            outputWaiting = 0;
            changed.signalAll();
            lock.unlock();
            try {
                taken.forEach(out::accept);
            } finally {
                lock.lock();
            }
        }
        if (outputTotal > limits.outputBytes()) {
            throw failed("gave more than " + limits.outputBytes() + " bytes of output and was killed", Cause.PROGRAM);
        }
    }

    private ProgramException endedEarly(Output out) throws IOException, InterruptedException {
        if (!awaitWithin(END_MAX, () -> exited, out)) {
            return failed("closed its stdin before the end of its input", Cause.PROGRAM);
        }
        awaitWithin(END_MAX, () -> errorsEnded, out);
        return process.exitValue() == 0
                ? failed("ended (status 0) before it had read all its input", Cause.EARLY_END)
                : status();
    }

    private ProgramException status() {
        int status = process.exitValue();
        // Java adds the signal to 128, as shells do.
        String died = switch (status) {
            case 129 -> "was ended by SIGHUP";
            case 130 -> "was ended by SIGINT";
            case 134 -> "aborted (SIGABRT)";
            case 137 -> "was killed (SIGKILL)";
            case 139 -> "crashed (SIGSEGV)";
            case 143 -> "was ended by SIGTERM";
            default -> "ended with status " + status;
        };
        boolean told = status == 129 || status == 130 || status == 143;
        // A file is busy while some other thread's child has it open for writing, for a moment.
        boolean busy = status == 126 && errors.last(ERROR_BYTES_QUOTED).contains("Text file busy");
        return failed(died, told || busy ? Cause.OUTSIDE : Cause.PROGRAM);
    }

    private ProgramException failed(String what, Cause cause) {
        String said = errors.last(ERROR_BYTES_QUOTED);
        end();
        return new ProgramException(
                "transform " + name + " (batch " + batch + ") " + what
                        + (said.isEmpty() ? "; its stderr is empty" : "; its stderr: " + said),
                cause);
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1_000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    private void feed() {
        try (OutputStream in = process.getOutputStream()) {
            while (true) {
                lock.lockInterruptibly();
                try {
                    while (sliceLength == 0 && !inputEnds && !closed) {
                        changed.await();
                    }
                    if (closed) {
                        return;
                    }
                } finally {
                    lock.unlock();
                }
                if (sliceLength == 0) {
                    lookAtRest();
                    return;
                }
                in.write(slice, 0, sliceLength);
                in.flush();
                update(() -> sliceLength = 0);
            }
        } catch (IOException e) {
            update(() -> inputBroken = true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            update(() -> inputEnded = true);
        }
    }

    /**
     * Before the end of the input is said. A program that has ended already cannot know that there is no more; of one
     * that ends later it is seen whether it has read all that the pipe holds.
     */
    private void lookAtRest() {
        Optional<UnreadInput> rest = UnreadInput.of(process, stdin);
        update(() -> {
            inputBroken |= rest.isEmpty() && given;
            unread = rest.orElse(UnreadInput.UNKNOWN);
        });
    }

    private void readOutput() {
        byte[] buffer = new byte[SLICE_BYTES];
        try (InputStream out = process.getInputStream()) {
            int length = out.read(buffer);
            while (length >= 0 && offer(Arrays.copyOf(buffer, length))) {
                length = out.read(buffer);
            }
        } catch (IOException e) {
            // Closed under the read: the process is over.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            update(() -> outputEnded = true);
        }
    }

    private boolean offer(byte[] bytes) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (outputWaiting >= OUTPUT_WAITING_BYTES_MAX && !closed) {
                changed.await();
            }
            output.add(bytes);
            outputWaiting += bytes.length;
            outputTotal += bytes.length;
            progressNanos = System.nanoTime();
            changed.signalAll();
            return !closed && outputTotal <= limits.outputBytes();
        } finally {
            lock.unlock();
        }
    }

    private void readErrors() {
        byte[] buffer = new byte[8 << 10];
        try (InputStream err = process.getErrorStream()) {
            int length = err.read(buffer);
            while (length >= 0) {
                errors.add(buffer, length);
                length = err.read(buffer);
            }
        } catch (IOException e) {
            // Closed under the read: the process is over.
        } finally {
            update(() -> errorsEnded = true);
        }
    }

    private void update(Runnable change) {
        lock.lock();
        try {
            change.run();
            progressNanos = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        update(() -> closed = true);
        end();
        lock.lock();
        try {
            unread.close();
        } catch (IOException e) {
            // Nobody reads it.
        } finally {
            lock.unlock();
        }
    }

    /* Once only: later its number may be another process's. */
    private void end() {
        if (!ended.getAndSet(true)) {
            end.run();
        }
    }
}
