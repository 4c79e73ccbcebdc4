package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/** A statement of a session from its beginning to its answer, as SHOW PROCESSLIST shows it and KILL finds it. */
final class RunningText implements AutoCloseable {
    private final Session session;
    private final String text;
    private final Thread thread = Thread.currentThread();
    private final long startNanos = System.nanoTime();
    private volatile Optional<String> killed = Optional.empty();

    RunningText(Session session, String text) {
        this.session = requireNonNull(session, "session");
        this.text = requireNonNull(text, "text");
    }

    String text() {
        return text;
    }

    Thread thread() {
        return thread;
    }

    long startNanos() {
        return startNanos;
    }

    void kill(String reason) {
        killed = Optional.of(reason);
    }

    Optional<String> killed() {
        return killed;
    }

    @Override
    public void close() {
        session.ended(this);
    }
}
