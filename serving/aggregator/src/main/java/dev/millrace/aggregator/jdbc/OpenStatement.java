package dev.millrace.aggregator.jdbc;

import dev.millrace.aggregator.execute.Prepared;
import java.util.Optional;

/** A statement of a client: perhaps prepared, perhaps with an open result. Its fields are guarded by itself. */
final class OpenStatement {
    private final int id;
    private final Optional<Prepared> prepared;
    private final long rowsMax;
    private Optional<PagedResult> result = Optional.empty();
    private Optional<String> gone = Optional.empty();
    private long usedAtNanos = System.nanoTime();

    OpenStatement(int id, Optional<Prepared> prepared, long rowsMax) {
        this.id = id;
        this.prepared = prepared;
        this.rowsMax = rowsMax;
    }

    int id() {
        return id;
    }

    Optional<Prepared> prepared() {
        return prepared;
    }

    long rowsMax() {
        return rowsMax;
    }

    synchronized Optional<PagedResult> result() {
        usedAtNanos = System.nanoTime();
        return result;
    }

    /** Why a result that was open is no more, unless the client closed it. */
    synchronized Optional<String> gone() {
        return gone;
    }

    synchronized boolean isOpen() {
        return result.isPresent();
    }

    /** Takes a new result in place of an older one. */
    synchronized void show(PagedResult next) {
        close();
        result = next.isDone() ? Optional.empty() : Optional.of(next);
        gone = Optional.empty();
        usedAtNanos = System.nanoTime();
    }

    /** Lets the result go that nobody has asked for in so long. */
    synchronized void expire(long idleNanos) {
        if (result.isPresent() && System.nanoTime() - usedAtNanos > idleNanos) {
            close();
            gone = Optional.of("nobody read this result for ten minutes");
        }
    }

    /** Ends a result; one that is being read right now ends with an error there. */
    void cancel(String reason) {
        Optional<PagedResult> open = result;
        open.ifPresent(paged -> paged.cancel(reason));
        synchronized (this) {
            if (result.isPresent()) {
                gone = Optional.of(reason);
            }
            close();
        }
    }

    synchronized void close() {
        result.ifPresent(PagedResult::close);
        result = Optional.empty();
    }
}
