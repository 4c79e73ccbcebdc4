package dev.millrace.leaf.query;

import dev.millrace.store.query.Pin;
import dev.millrace.store.query.PinRequest;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pin and its connections, each in a transaction that has touched all partitions of the pin. */
final class HeldPin {
    private static final Logger LOG = LoggerFactory.getLogger(HeldPin.class);

    private final Pin pin;
    private final PinRequest request;
    private final Deque<DuckDBConnection> free;
    private final Set<Statement> running = new HashSet<>();
    private int connections;
    private boolean released;
    private long usedAt = System.nanoTime();

    HeldPin(Pin pin, PinRequest request, Deque<DuckDBConnection> connections) {
        this.pin = pin;
        this.request = request;
        this.free = new ArrayDeque<>(connections);
        this.connections = connections.size();
    }

    Pin pin() {
        return pin;
    }

    PinRequest request() {
        return request;
    }

    /** A connection to run one fragment on; waits for one at most the lease. */
    synchronized DuckDBConnection borrow() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Pin.LEASE_MILLIS);
        usedAt = System.nanoTime();
        while (free.isEmpty() && !released && connections > 0) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new RefusedException(
                        Refusal.RESOURCES_EXHAUSTED, "more fragments on pin " + pin.id() + " than it has connections");
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RefusedException(Refusal.UNAVAILABLE, "interrupted");
            }
        }
        if (released || connections == 0) {
            throw gone(pin.id());
        }
        return free.poll();
    }

    static RefusedException gone(long pin) {
        return new RefusedException(Refusal.UNKNOWN, "pin " + pin + " is over");
    }

    /** Gives a connection back. A failed fragment has ended its transaction, so that one is of no more use. */
    synchronized void giveBack(DuckDBConnection connection, boolean usable) {
        usedAt = System.nanoTime();
        if (usable && !released) {
            free.push(connection);
        } else {
            connections--;
            close(connection);
        }
        notifyAll();
    }

    synchronized void started(Statement statement) {
        if (released) {
            throw gone(pin.id());
        }
        running.add(statement);
    }

    synchronized void ended(Statement statement) {
        running.remove(statement);
    }

    /** Ends the fragments that run on it. */
    synchronized void cancel() {
        for (Statement statement : running) {
            try {
                statement.cancel();
            } catch (SQLException e) {
                LOG.warn("a fragment of pin {} is not cancelled: {}", pin.id(), e.getMessage());
            }
        }
    }

    synchronized boolean isOver() {
        return running.isEmpty() && System.nanoTime() - usedAt > TimeUnit.MILLISECONDS.toNanos(Pin.LEASE_MILLIS);
    }

    /** Lets the snapshot go; fragments that run are cancelled. */
    synchronized void release() {
        if (released) {
            return;
        }
        released = true;
        cancel();
        free.forEach(HeldPin::close);
        connections -= free.size();
        free.clear();
        notifyAll();
    }

    static void close(DuckDBConnection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("a connection of a pin does not close: {}", e.getMessage());
        }
    }
}
