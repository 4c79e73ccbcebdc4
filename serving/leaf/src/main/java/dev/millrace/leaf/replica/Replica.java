package dev.millrace.leaf.replica;

import dev.millrace.store.PartitionId;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition's engine and the one thread that applies entries to it. The first exception halts it: nothing is applied
 * any more, everything is refused with the reason, and other partitions go on.
 */
final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    /** A checkpoint of a large file may take long; nothing else does. */
    private static final long TASK_SECONDS_MAX = 600;

    /** Longer than a usual batch interval, short enough for who loads and then asks. */
    private static final Duration REST_AFTER = Duration.ofSeconds(2);

    private final PartitionId partition;
    private final PartitionEngine engine;
    private final Applied applied;
    private final ApplyQueue queue = new ApplyQueue();
    private final Thread thread;
    private volatile String halted = "";

    /** Is told when an entry's effect is in. */
    interface Applied {
        void upTo(long term, long index);
    }

    Replica(PartitionId partition, PartitionEngine engine, Applied applied) {
        this.partition = partition;
        this.engine = engine;
        this.applied = applied;
        thread = new Thread(this::run, "apply-" + partition);
        thread.setDaemon(true);
        thread.start();
    }

    PartitionEngine engine() {
        return engine;
    }

    /** Why nothing is applied any more. */
    Optional<Answer> halted() {
        return halted.isEmpty() ? Optional.empty() : Optional.of(refusal(halted));
    }

    CompletableFuture<Answer> apply(LoggedEntry entry) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        if (!halted.isEmpty() || !queue.add(new ApplyQueue.Entry(entry, answer))) {
            answer.complete(refusal(halted.isEmpty() ? "partition " + partition + " is closing" : halted));
        }
        return answer;
    }

    /** Does something on the apply thread when all entries before are applied. */
    void then(Runnable action) {
        queue.add(new ApplyQueue.Task(action));
    }

    /** Takes a snapshot behind everything applied so far; whether it succeeded. */
    boolean snapshot(long term, long index) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        then(() -> {
            if (halted.isEmpty()) {
                try {
                    engine.snapshot(term, index);
                } catch (RuntimeException | Error e) {
                    halt(e);
                }
            }
            done.complete(halted.isEmpty());
        });
        return await(done).orElse(false);
    }

    private void run() {
        while (true) {
            if (!queue.awaitWork(REST_AFTER)) {
                rest();
            }
            List<ApplyQueue.Item> items = queue.next();
            if (items.isEmpty()) {
                return;
            }
            if (items.get(0) instanceof ApplyQueue.Task task) {
                task.action().run();
            } else {
                applyAll(items.stream().map(ApplyQueue.Entry.class::cast).toList());
            }
        }
    }

    private void rest() {
        if (halted.isEmpty()) {
            try {
                engine.rest();
            } catch (RuntimeException | Error e) {
                halt(e);
            }
        }
    }

    private void applyAll(List<ApplyQueue.Entry> entries) {
        List<Answer> answers = new ArrayList<>();
        if (halted.isEmpty()) {
            try {
                answers = engine.apply(
                        entries.stream().map(ApplyQueue.Entry::logged).toList());
                LoggedEntry last = entries.get(entries.size() - 1).logged();
                applied.upTo(last.term(), last.index());
            } catch (RuntimeException | Error e) {
                halt(e);
            }
        }
        for (int i = 0; i < entries.size(); i++) {
            entries.get(i).answer().complete(halted.isEmpty() ? answers.get(i) : refusal(halted));
        }
    }

    private void halt(Throwable cause) {
        halted = "partition " + partition + " is halted: " + cause.getMessage();
        LOG.error("{}; the other partitions go on", halted, cause);
    }

    /** Applies what waits, then closes the engine. */
    void close() {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        then(() -> {
            engine.close();
            done.complete(true);
        });
        queue.close();
        await(done);
    }

    private Optional<Boolean> await(CompletableFuture<Boolean> done) {
        try {
            return Optional.of(done.get(TASK_SECONDS_MAX, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.error("the apply thread of {} does not answer", partition, e);
        }
        return Optional.empty();
    }

    private static Answer refusal(String reason) {
        return Answer.refused(Refusal.UNAVAILABLE, reason);
    }
}
