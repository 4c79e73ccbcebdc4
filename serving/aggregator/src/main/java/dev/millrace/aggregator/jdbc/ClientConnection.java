package dev.millrace.aggregator.jdbc;

import dev.millrace.aggregator.execute.Session;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A client's connection: its session and its statements. */
final class ClientConnection {
    /** Statements of one connection; MySQL has 16382 prepared ones for a whole server. */
    private static final int STATEMENTS_MAX = 2_000;

    private final String id;
    private final Session session;
    private final boolean micros;
    private final AtomicInteger lastStatement = new AtomicInteger();
    private final Map<Integer, OpenStatement> statements = new ConcurrentHashMap<>();
    private volatile long usedAtNanos = System.nanoTime();

    /** What the client said last; it repeats itself whenever it says something else. */
    private volatile Optional<String> schemaOfClient = Optional.empty();

    ClientConnection(String id, Session session, boolean micros) {
        this.id = id;
        this.micros = micros;
        this.session = session;
    }

    String id() {
        return id;
    }

    Session session() {
        return session;
    }

    boolean readsMicros() {
        return micros;
    }

    Map<Integer, OpenStatement> statements() {
        return statements;
    }

    Optional<String> schemaOfClient() {
        return schemaOfClient;
    }

    void schemaOfClient(String schema) {
        schemaOfClient = Optional.of(schema);
    }

    void touch() {
        usedAtNanos = System.nanoTime();
    }

    boolean isIdle(long idleNanos) {
        return System.nanoTime() - usedAtNanos > idleNanos;
    }

    /** An id for an answer that no statement stands behind. */
    int nextStatementId() {
        return lastStatement.incrementAndGet();
    }

    OpenStatement add(OpenStatement statement) {
        if (statements.size() >= STATEMENTS_MAX) {
            throw new StatementException(
                    SqlState.RESOURCES_EXHAUSTED,
                    "this connection has " + STATEMENTS_MAX + " statements open; close some");
        }
        statements.put(statement.id(), statement);
        return statement;
    }

    void close(String reason) {
        statements.values().forEach(statement -> statement.cancel(reason));
        statements.clear();
        session.cancelRunning(reason);
    }
}
