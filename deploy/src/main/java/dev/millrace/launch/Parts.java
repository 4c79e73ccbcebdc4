package dev.millrace.launch;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs in the process, to be stopped stage by stage: first who asks, then who answers. A part that does not stop
 * in its stage's time is left behind: the process ends anyway, and everything that matters is on disk.
 *
 * <p>Safe for the threads that start parts and the one that stops them at a signal: a part that comes too late is
 * stopped at once.
 */
final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final int patience;
    private final List<Part> running = new ArrayList<>();
    private boolean closed;

    /**
     * Nothing yet.
     *
     * @param patience how many times the usual time a stage gets
     */
    Parts(int patience) {
        this.patience = patience;
    }

    /** In the order of stopping. Their times together stay below the ten seconds that a stop may take. */
    enum Stage {
        AGGREGATOR(Duration.ofSeconds(2)),
        FLINK(Duration.ofSeconds(3)),
        STORE(Duration.ofSeconds(3)),
        MEMORY(Duration.ofSeconds(1));

        private final Duration stopMax;

        Stage(Duration stopMax) {
            this.stopMax = stopMax;
        }
    }

    private record Part(Stage stage, String name, AutoCloseable door) {
        private Part {
            requireNonNull(stage, "stage");
            requireNonNull(name, "name");
            requireNonNull(door, "door");
        }
    }

    /**
     * Takes over a part that has just started.
     *
     * @throws IllegalStateException if everything is being stopped; the part has been stopped then
     */
    <T extends AutoCloseable> T add(Stage stage, String name, T door) {
        Part part = new Part(stage, name, door);
        synchronized (this) {
            if (!closed) {
                running.add(part);
                return door;
            }
        }
        stop(List.of(part), stage.stopMax.multipliedBy(patience));
        throw new IllegalStateException("stopped while starting");
    }

    @Override
    public void close() {
        for (Stage stage : Stage.values()) {
            stop(take(stage), stage.stopMax.multipliedBy(patience));
        }
    }

    private synchronized List<Part> take(Stage stage) {
        closed = true;
        List<Part> taken = new ArrayList<>();
        for (Iterator<Part> parts = running.iterator(); parts.hasNext(); ) {
            Part part = parts.next();
            if (part.stage() == stage) {
                taken.add(part);
                parts.remove();
            }
        }
        return taken;
    }

    /** Stops parts side by side. */
    private static void stop(List<Part> parts, Duration stopMax) {
        long deadline = System.nanoTime() + stopMax.toNanos();
        List<Thread> stoppers = new ArrayList<>();
        for (Part part : parts) {
            Thread stopper = new Thread(() -> stop(part), "stop-" + part.name());
            stopper.setDaemon(true);
            stopper.start();
            stoppers.add(stopper);
        }
        try {
            for (Thread stopper : stoppers) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                stopper.join(Math.max(1, millis));
                if (stopper.isAlive()) {
                    LOG.warn("{} takes longer than {}; left behind", stopper.getName(), stopMax);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(Part part) {
        long begun = System.nanoTime();
        try {
            part.door().close();
            LOG.info("{} stopped in {} ms", part.name(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        } catch (Exception e) { // what AutoCloseable declares; the next part must be stopped all the same
            LOG.warn("{} did not stop cleanly", part.name(), e);
        }
    }
}
