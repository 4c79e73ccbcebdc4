package dev.millrace.aggregator.jdbc;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.execute.Sessions;
import dev.millrace.aggregator.execute.Statements;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.calcite.avatica.NoSuchConnectionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All connections of clients. Those that say nothing for long are closed, and so are results that nobody reads. */
public final class ClientSessions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSessions.class);

    /** Connections at a time. */
    private static final int CONNECTIONS_MAX = 2_000;

    /** Open results at a time: each holds a snapshot on leaves and a batch of rows here. */
    private static final int RESULTS_MAX = 500;

    private static final Duration CONNECTION_IDLE = Duration.ofHours(1);

    /** Longer than a person looks at a page, shorter than what leaves suffer from an old snapshot. */
    private static final Duration RESULT_IDLE = Duration.ofMinutes(10);

    private static final long SWEEP_SECONDS = 15;

    private final Statements statements;
    private final Map<String, ClientConnection> connections = new ConcurrentHashMap<>();
    private final ScheduledExecutorService sweeper;

    public ClientSessions(Statements statements) {
        this.statements = requireNonNull(statements, "statements");
        this.sweeper = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "session-sweeper");
            thread.setDaemon(true);
            return thread;
        });
        sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    Statements statements() {
        return statements;
    }

    /** @param micros whether the client reads timestamps as microseconds; Avatica's own reads milliseconds */
    ClientConnection open(String id, String user, boolean micros) {
        if (connections.size() >= CONNECTIONS_MAX) {
            throw new StatementException(
                    SqlState.RESOURCES_EXHAUSTED, "Too many connections: " + CONNECTIONS_MAX + " are open");
        }
        ClientConnection connection =
                new ClientConnection(id, statements.sessions().create(user + "@localhost"), micros);
        if (connections.putIfAbsent(id, connection) != null) {
            throw new StatementException(SqlState.WRONG_ARGUMENTS, "connection " + id + " is open already");
        }
        statements.sessions().add(connection.session(), new Sessions.Holder() {
            @Override
            public boolean isSending() {
                return connection.statements().values().stream().anyMatch(OpenStatement::isOpen);
            }

            @Override
            public void endResults(String reason) {
                connection.statements().values().forEach(statement -> statement.cancel(reason));
            }

            @Override
            public void close(String reason) {
                ClientSessions.this.close(connection.id(), reason);
            }
        });
        return connection;
    }

    ClientConnection connection(String id) {
        ClientConnection connection = connections.get(id);
        if (connection == null) {
            throw new NoSuchConnectionException(id);
        }
        connection.touch();
        return connection;
    }

    void close(String id) {
        close(id, "its connection was closed");
    }

    private void close(String id, String reason) {
        ClientConnection connection = connections.remove(id);
        if (connection != null) {
            statements.sessions().remove(connection.session());
            connection.close(reason);
        }
    }

    /** Refuses another open result when there are too many. */
    void checkResults() {
        long open = connections.values().stream()
                .flatMap(connection -> connection.statements().values().stream())
                .filter(OpenStatement::isOpen)
                .count();
        if (open >= RESULTS_MAX) {
            throw new StatementException(
                    SqlState.RESOURCES_EXHAUSTED, RESULTS_MAX + " results are open; read or close some");
        }
    }

    private void sweep() {
        try {
            for (ClientConnection connection : connections.values()) {
                connection.statements().values().forEach(statement -> statement.expire(RESULT_IDLE.toNanos()));
                if (connection.isIdle(CONNECTION_IDLE.toNanos())) {
                    close(connection.id());
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("looking for idle sessions", e);
        }
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
        connections.keySet().forEach(this::close);
    }
}
