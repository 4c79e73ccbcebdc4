package dev.millrace.aggregator.jdbc;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.execute.Outcome;
import dev.millrace.aggregator.execute.Prepared;
import dev.millrace.aggregator.execute.RowCursor;
import dev.millrace.aggregator.execute.Statements;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.calcite.avatica.AvaticaParameter;
import org.apache.calcite.avatica.ConnectionPropertiesImpl;
import org.apache.calcite.avatica.NoSuchConnectionException;
import org.apache.calcite.avatica.NoSuchStatementException;
import org.apache.calcite.avatica.QueryState;
import org.apache.calcite.avatica.proto.Common;
import org.apache.calcite.avatica.proto.Requests;
import org.apache.calcite.avatica.remote.ProtobufMeta;
import org.apache.calcite.avatica.remote.TypedValue;

/** Avatica's calls → sessions, statements and pages. Metadata is {@link MetadataMeta}'s. */
final class MillraceMeta extends MetadataMeta implements ProtobufMeta {
    private final Statements statements;

    MillraceMeta(ClientSessions sessions) {
        super(sessions);
        this.statements = requireNonNull(sessions.statements(), "statements");
    }

    private static <T> T guarded(Supplier<T> body) {
        try {
            return body.get();
        } catch (RuntimeException e) {
            throw SqlErrors.of(e);
        }
    }

    @Override
    public void openConnection(ConnectionHandle ch, Map<String, String> info) {
        guarded(() -> {
            Map<String, String> properties = info == null ? Map.of() : info;
            String user = properties.getOrDefault("user", "root");
            ClientConnection connection = sessions()
                    .open(ch.id, user.isEmpty() ? "root" : user, "micros".equals(properties.get("timestamps")));
            // Avatica's own property, schema, never leaves its client.
            String schema = properties.get("database");
            if (schema != null && !schema.isEmpty()) {
                try {
                    statements.use(connection.session(), schema);
                } catch (StatementException e) {
                    sessions().close(ch.id);
                    throw e;
                }
            }
            return null;
        });
    }

    @Override
    public void closeConnection(ConnectionHandle ch) {
        guarded(() -> {
            sessions().close(ch.id);
            return null;
        });
    }

    @Override
    public ConnectionProperties connectionSync(ConnectionHandle ch, ConnectionProperties wanted) {
        return guarded(() -> {
            ClientConnection connection = sessions().connection(ch.id);
            if (Boolean.FALSE.equals(wanted.isAutoCommit())) {
                throw new StatementException(
                        SqlState.UNSUPPORTED,
                        "transactions of several statements are not supported; leave autocommit on");
            }
            String schema = wanted.getSchema();
            // After USE the client still sends what it set before: only what is new counts.
            if (schema != null && !Optional.of(schema).equals(connection.schemaOfClient())) {
                statements.use(connection.session(), schema);
                connection.schemaOfClient(schema);
            }
            return new ConnectionPropertiesImpl(
                    true,
                    false,
                    java.sql.Connection.TRANSACTION_READ_COMMITTED,
                    "",
                    connection.session().database().orElse(""));
        });
    }

    @Override
    public void commit(ConnectionHandle ch) {
        guarded(() -> sessions().connection(ch.id));
    }

    @Override
    public void rollback(ConnectionHandle ch) {
        guarded(() -> sessions().connection(ch.id));
    }

    @Override
    public StatementHandle createStatement(ConnectionHandle ch) {
        return guarded(() -> {
            ClientConnection connection = sessions().connection(ch.id);
            OpenStatement statement =
                    connection.add(new OpenStatement(connection.nextStatementId(), Optional.empty(), -1));
            return new StatementHandle(ch.id, statement.id(), null);
        });
    }

    @Override
    public void closeStatement(StatementHandle h) {
        guarded(() -> {
            try {
                OpenStatement statement =
                        sessions().connection(h.connectionId).statements().remove(h.id);
                if (statement != null) {
                    statement.cancel("it was closed");
                }
            } catch (NoSuchConnectionException e) {
                return null; // closed with its connection
            }
            return null;
        });
    }

    @Override
    public StatementHandle prepare(ConnectionHandle ch, String sql, long maxRowCount) {
        return guarded(() -> {
            ClientConnection connection = sessions().connection(ch.id);
            Prepared prepared = statements.prepare(sql, connection.session());
            OpenStatement statement =
                    connection.add(new OpenStatement(connection.nextStatementId(), Optional.of(prepared), maxRowCount));
            return new StatementHandle(ch.id, statement.id(), signature(prepared, connection.readsMicros()));
        });
    }

    private static Signature signature(Prepared prepared, boolean micros) {
        List<AvaticaParameter> parameters = new ArrayList<>();
        for (int i = 0; i < prepared.parameters(); i++) {
            parameters.add(WireTypes.parameter(i, prepared.parameterType(i)));
        }
        return Signature.create(
                WireTypes.columns(prepared.columns(), micros),
                prepared.sql(),
                parameters,
                CursorFactory.LIST,
                switch (prepared.kind()) {
                    case QUERY -> StatementType.SELECT;
                    case INSERT -> StatementType.INSERT;
                    case OTHER -> StatementType.OTHER_DDL;
                });
    }

    @Override
    public ExecuteResult prepareAndExecute(StatementHandle h, String sql, long maxRowCount, PrepareCallback callback)
            throws NoSuchStatementException {
        return prepareAndExecute(h, sql, maxRowCount, -1, callback);
    }

    @Override
    public ExecuteResult prepareAndExecute(
            StatementHandle h, String sql, long maxRowCount, int maxRowsInFirstFrame, PrepareCallback callback)
            throws NoSuchStatementException {
        OpenStatement statement = statement(h);
        return guarded(() -> {
            ClientConnection connection = sessions().connection(h.connectionId);
            Prepared prepared = statements.parse(sql, connection.session());
            return run(connection, statement, prepared, List.of(), maxRowCount, maxRowsInFirstFrame);
        });
    }

    @Override
    public ExecuteResult execute(StatementHandle h, List<TypedValue> parameterValues, long maxRowsInFirstFrame)
            throws NoSuchStatementException {
        return execute(h, parameterValues, (int) Math.min(maxRowsInFirstFrame, Integer.MAX_VALUE));
    }

    @Override
    public ExecuteResult execute(StatementHandle h, List<TypedValue> parameterValues, int maxRowsInFirstFrame)
            throws NoSuchStatementException {
        OpenStatement statement = statement(h);
        Prepared prepared = prepared(h, statement);
        return guarded(() -> run(
                sessions().connection(h.connectionId),
                statement,
                prepared,
                parameters(parameterValues),
                statement.rowsMax(),
                maxRowsInFirstFrame));
    }

    private ExecuteResult run(
            ClientConnection connection,
            OpenStatement statement,
            Prepared prepared,
            List<Object> parameters,
            long rowsMax,
            int firstFrame) {
        statement.close();
        sessions().checkResults();
        Outcome outcome = statements.execute(prepared, parameters, connection.session());
        MetaResultSet result = outcome.match(new Outcome.Cases<>() {
            @Override
            public MetaResultSet rows(Outcome.Rows rows) {
                return show(connection, statement, prepared, rows.cursor(), rowsMax, firstFrame);
            }

            @Override
            public MetaResultSet count(Outcome.Count count) {
                return MetaResultSet.count(connection.id(), statement.id(), count.rows());
            }
        });
        connection.touch();
        return new ExecuteResult(List.of(result));
    }

    private static MetaResultSet show(
            ClientConnection connection,
            OpenStatement statement,
            Prepared prepared,
            RowCursor cursor,
            long rowsMax,
            int firstFrame) {
        PagedResult paged = new PagedResult(cursor, rowsMax, connection.readsMicros());
        Frame frame;
        try {
            frame = paged.frame(0, firstFrame);
            statement.show(paged);
        } catch (RuntimeException e) {
            cursor.close();
            throw e;
        }
        Signature signature = Signature.create(
                WireTypes.columns(cursor.columns(), connection.readsMicros()),
                prepared.sql(),
                List.of(),
                CursorFactory.LIST,
                StatementType.SELECT);
        return MetaResultSet.create(connection.id(), statement.id(), false, signature, frame);
    }

    @Override
    public Frame fetch(StatementHandle h, long offset, int fetchMaxRowCount) throws NoSuchStatementException {
        OpenStatement statement = statement(h);
        return guarded(() -> {
            synchronized (statement) {
                PagedResult result = statement
                        .result()
                        .orElseThrow(() -> statement
                                .gone()
                                .map(reason -> new StatementException(
                                        SqlState.QUERY_INTERRUPTED, "the result is gone: " + reason))
                                .orElseGet(() -> new StatementException(
                                        SqlState.UNKNOWN_STATEMENT, "statement " + h.id + " has no open result")));
                return result.frame(offset, fetchMaxRowCount);
            }
        });
    }

    /** A client that lost its place asks to run the query again; its rows may have changed meanwhile. */
    @Override
    public boolean syncResults(StatementHandle h, QueryState state, long offset) {
        throw SqlErrors.error("the result is gone; run the statement again", SqlState.UNKNOWN_STATEMENT);
    }

    @Override
    public ExecuteBatchResult prepareAndExecuteBatch(StatementHandle h, List<String> sqlCommands)
            throws NoSuchStatementException {
        statement(h);
        return guarded(() -> {
            ClientConnection connection = sessions().connection(h.connectionId);
            return new ExecuteBatchResult(statements.executeBatch(sqlCommands, connection.session()));
        });
    }

    @Override
    public ExecuteBatchResult executeBatch(StatementHandle h, List<List<TypedValue>> parameterValues)
            throws NoSuchStatementException {
        Prepared prepared = prepared(h, statement(h));
        return guarded(() -> {
            ClientConnection connection = sessions().connection(h.connectionId);
            List<List<Object>> sets =
                    parameterValues.stream().map(MillraceMeta::parameters).toList();
            return new ExecuteBatchResult(statements.executeBatch(prepared, sets, connection.session()));
        });
    }

    @Override
    public ExecuteBatchResult executeBatchProtobuf(StatementHandle h, List<Requests.UpdateBatch> updates)
            throws NoSuchStatementException {
        List<List<TypedValue>> sets = new ArrayList<>(updates.size());
        for (Requests.UpdateBatch update : updates) {
            List<TypedValue> values = new ArrayList<>(update.getParameterValuesCount());
            for (Common.TypedValue value : update.getParameterValuesList()) {
                values.add(TypedValue.fromProto(value));
            }
            sets.add(values);
        }
        return executeBatch(h, sets);
    }

    private OpenStatement statement(StatementHandle h) throws NoSuchStatementException {
        OpenStatement statement =
                sessions().connection(h.connectionId).statements().get(h.id);
        if (statement == null) {
            throw new NoSuchStatementException(h);
        }
        return statement;
    }

    private static Prepared prepared(StatementHandle h, OpenStatement statement) throws NoSuchStatementException {
        return statement.prepared().orElseThrow(() -> new NoSuchStatementException(h));
    }

    private static List<Object> parameters(List<TypedValue> values) {
        List<Object> parameters = new ArrayList<>();
        if (values != null) {
            values.forEach(value -> parameters.add(WireTypes.fromWire(value)));
        }
        return parameters;
    }

    @Override
    public Iterable<Object> createIterable(
            StatementHandle h, QueryState state, Signature signature, List<TypedValue> parameters, Frame firstFrame) {
        throw new UnsupportedOperationException("only Avatica's client iterates");
    }
}
