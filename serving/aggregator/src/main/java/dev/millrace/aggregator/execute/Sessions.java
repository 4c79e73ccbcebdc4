package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** All sessions of this aggregator: what SHOW PROCESSLIST shows and KILL ends. Thread-safe. */
public final class Sessions {
    private final InstantSource clock;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, Entry> sessions = new ConcurrentHashMap<>();

    /** Who holds a session for a client. Its methods may be called by any thread. */
    public interface Holder {
        /** Whether a result is open that was not read to its end. */
        boolean isSending();

        /** Ends the session's open results; reading on says why. */
        void endResults(String reason);

        /** Ends the session. */
        void close(String reason);
    }

    /** A session and who holds it. */
    record Entry(Session session, Holder holder) {}

    Sessions(InstantSource clock) {
        this.clock = requireNonNull(clock, "clock");
    }

    /** A new session; it is not known here before {@link #add}. */
    public Session create(String user) {
        return new Session(lastId.incrementAndGet(), user, clock);
    }

    public void add(Session session, Holder holder) {
        sessions.put(session.id(), new Entry(session, requireNonNull(holder, "holder")));
    }

    public void remove(Session session) {
        sessions.remove(session.id());
    }

    /** In the order in which they began. */
    List<Entry> all() {
        return sessions.values().stream()
                .sorted(Comparator.comparingLong(entry -> entry.session().id()))
                .toList();
    }

    /** Ends a session, or only what it is doing now. */
    void kill(long id, boolean queryOnly, long killer, Position at) {
        Entry entry = sessions.get(id);
        if (entry == null) {
            throw new StatementException(
                    SqlState.UNKNOWN_THREAD, "Unknown thread id: " + id + "; SHOW PROCESSLIST has all", at);
        }
        String reason = (queryOnly ? "KILL QUERY" : "KILL CONNECTION") + " of session " + killer;
        if (queryOnly) {
            entry.session().cancelRunning(reason);
            entry.holder().endResults(reason);
        } else {
            entry.holder().close(reason);
        }
    }
}
