package dev.millrace.launch;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs in the process, to be stopped in the opposite order of starting. A part that does not stop in its time is
 * left behind: the process ends anyway, and everything that matters is on disk.
 *
 * <p>Safe for the thread that starts parts and the one that stops them at a signal: a part that comes too late is
 * stopped at once.
 */
final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<Part> running = new ArrayDeque<>();
    private boolean closed;

    private record Part(String name, Duration stopMax, AutoCloseable door) {
        private Part {
            requireNonNull(name, "name");
            requireNonNull(stopMax, "stopMax");
            requireNonNull(door, "door");
        }
    }

    /**
     * Takes over a part that has just started.
     *
     * @param stopMax how long its stop is waited for
     * @throws IllegalStateException if everything is being stopped; the part has been stopped then
     */
    <T extends AutoCloseable> T add(String name, Duration stopMax, T part) {
        synchronized (this) {
            if (!closed) {
                running.push(new Part(name, stopMax, part));
                return part;
            }
        }
        stop(new Part(name, stopMax, part));
        throw new IllegalStateException("stopped while starting");
    }

    @Override
    public void close() {
        while (true) {
            Part part;
            synchronized (this) {
                closed = true;
                part = running.poll();
            }
            if (part == null) {
                return;
            }
            stop(part);
        }
    }

    private static void stop(Part part) {
        long begun = System.nanoTime();
        Thread stopper = new Thread(() -> closeQuietly(part), "stop-" + part.name());
        stopper.setDaemon(true);
        stopper.start();
        try {
            stopper.join(part.stopMax().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        if (stopper.isAlive()) {
            LOG.warn("{} has not stopped within {} ms; left behind", part.name(), millis);
        } else {
            LOG.info("{} stopped in {} ms", part.name(), millis);
        }
    }

    private static void closeQuietly(Part part) {
        try {
            part.door().close();
        } catch (Exception e) { // what AutoCloseable declares; the next part must be stopped all the same
            LOG.warn("{} did not stop cleanly", part.name(), e);
        }
    }
}
