package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.store.Attempt;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Throws away, in the background, what older attempts of the pipeline staged and nobody will decide. It must not hold
 * up the attempt: a partition refuses until it has published what was decided, and one without a quorum refuses for
 * long.
 */
final class Discarder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Discarder.class);

    /** Each round is as long as the door is patient; after them the next attempt or the master sweeps. */
    private static final int ROUNDS_MAX = 20;

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private final JobRun run;
    private final Attempt attempt;
    private final String job;
    private final StoreDoor door;
    private final Thread thread;

    private Discarder(JobRun run, Attempt attempt, String job, StoreDoor door) {
        this.run = requireNonNull(run, "run");
        this.attempt = requireNonNull(attempt, "attempt");
        this.job = requireNonNull(job, "job");
        this.door = requireNonNull(door, "door");
        this.thread =
                new Thread(this::discard, "millrace-discard-" + run.pipeline().qualifiedName());
        thread.setDaemon(true);
    }

    static Discarder start(JobRun run, Attempt attempt, String job, StoreDoor door) {
        Discarder discarder = new Discarder(run, attempt, job, door);
        discarder.thread.start();
        return discarder;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(CLOSE_MAX.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void discard() {
        try {
            long writer = run.pipeline().id();
            OpenAnswer opened = OpenAnswer.read(door.system(new SystemEntry.Open(writer, attempt, job)));
            List<Integer> rest = run.ordinals().boxed().toList();
            for (int round = 1; round <= ROUNDS_MAX && !rest.isEmpty(); round++) {
                rest = discard(writer, opened.lastTouched(), rest);
                if (!rest.isEmpty()) {
                    Thread.sleep(PAUSE.toMillis());
                }
            }
            if (!rest.isEmpty()) {
                LOG.warn("partitions {} keep what older attempts staged", rest);
            }
        } catch (RefusedException e) {
            // Fenced, dropped or out of reach: whoever reads or decides meets it too, and says so.
            LOG.info("nothing of older attempts is discarded: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks every partition; answers those that refused. */
    private List<Integer> discard(long writer, List<Long> lastTouched, List<Integer> ordinals)
            throws InterruptedException {
        Map<Integer, CompletableFuture<?>> calls = new TreeMap<>();
        for (int ordinal : ordinals) {
            calls.put(
                    ordinal,
                    door.submit(
                            run.partition(ordinal), new LogEntry.Discard(writer, attempt, lastTouched.get(ordinal))));
        }
        List<Integer> refused = new ArrayList<>();
        for (Map.Entry<Integer, CompletableFuture<?>> call : calls.entrySet()) {
            try {
                call.getValue().get();
            } catch (ExecutionException e) {
                LOG.info(
                        "partition {} does not discard yet: {}",
                        call.getKey(),
                        e.getCause().getMessage());
                refused.add(call.getKey());
            }
        }
        return refused;
    }
}
