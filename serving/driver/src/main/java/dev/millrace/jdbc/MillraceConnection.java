package dev.millrace.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.calcite.avatica.AvaticaConnection;
import org.apache.calcite.avatica.AvaticaFactory;
import org.apache.calcite.avatica.AvaticaPreparedStatement;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.MetaImpl;
import org.apache.calcite.avatica.NoSuchStatementException;
import org.apache.calcite.avatica.QueryState;
import org.apache.calcite.avatica.UnregisteredDriver;

/** A connection whose statements end when they are cancelled or take too long. */
final class MillraceConnection extends AvaticaConnection {
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    /** A cancel that came too early or too late for what it was meant for is said again so often. */
    private static final long AGAIN_MILLIS = 200;

    /** Statements that no server knows. */
    private static final AtomicInteger LOCAL_STATEMENTS = new AtomicInteger();

    private volatile String url;

    private final Set<AvaticaStatement> executing = ConcurrentHashMap.newKeySet();

    /** What CONNECTION_ID() answers; 0: nobody asked yet. */
    private volatile long session;

    MillraceConnection(UnregisteredDriver driver, AvaticaFactory factory, String url, Properties info) {
        super(driver, factory, url, info);
        this.url = url;
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "millrace-jdbc-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** The URL that the user gave, without its options. */
    void connected(String given) {
        url = given;
    }

    String url() {
        return url;
    }

    String user() {
        return info.getProperty("user", "root");
    }

    private String ask(String question) throws SQLException {
        try (Statement asking = createStatement();
                ResultSet answer = asking.executeQuery(question)) {
            return answer.next() ? answer.getString(1) : null;
        }
    }

    String serverVersion() throws SQLException {
        return ask("SELECT VERSION()");
    }

    String currentDatabase() throws SQLException {
        return ask("SELECT DATABASE()");
    }

    /** A column of {@link #rows}. */
    record Column(String name, Class<?> type) {}

    /** A result that was not asked of a server. */
    ResultSet rows(List<Column> columns, List<List<Object>> rows) throws SQLException {
        List<ColumnMetaData> metadata = new ArrayList<>();
        for (Column column : columns) {
            metadata.add(MetaImpl.columnMetaData(column.name(), metadata.size(), column.type(), true));
        }
        Meta.Signature signature =
                Meta.Signature.create(metadata, "", List.of(), Meta.CursorFactory.LIST, Meta.StatementType.SELECT);
        return createResultSet(
                Meta.MetaResultSet.create(
                        id,
                        LOCAL_STATEMENTS.decrementAndGet(),
                        true,
                        signature,
                        Meta.Frame.create(0, true, List.copyOf(rows))),
                new QueryState());
    }

    /** Ends what this connection is doing, through a connection of its own. */
    void killQuery() throws SQLException {
        checkOpen();
        if (session == 0) {
            session = Long.parseLong(ask("SELECT CONNECTION_ID()"));
        }
        Properties properties = new Properties();
        properties.putAll(info);
        properties.remove("database");
        String server = info.getProperty("url");
        try (Connection killer = driver.connect(MillraceUrl.PREFIX + server.substring("http:".length()), properties);
                Statement kill = killer.createStatement()) {
            kill.execute("KILL QUERY " + session);
        }
    }

    /** Kills one call of a statement, one kill at a time, and never what comes after the call. */
    private static final class TimeOut {
        private final AtomicBoolean killing = new AtomicBoolean();
        private boolean ended;

        boolean begins() {
            return killing.compareAndSet(false, true);
        }

        synchronized void kill(Runnable kill) {
            if (!ended) {
                kill.run();
            }
            killing.set(false);
        }

        /** Returns when no kill is under way and none can come. */
        synchronized void end() {
            ended = true;
        }
    }

    private interface Call<T, E extends Exception> {
        T run() throws SQLException, E;
    }

    /** Runs a call of a statement and ends it when its query time-out is over. */
    private <T, E extends Exception> T timed(AvaticaStatement statement, Call<T, E> call) throws SQLException, E {
        executing.add(statement);
        int seconds = statement.getQueryTimeout();
        if (seconds <= 0) {
            try {
                return call.run();
            } finally {
                executing.remove(statement);
            }
        }
        AtomicBoolean over = new AtomicBoolean();
        TimeOut timeOut = new TimeOut();
        ScheduledFuture<?> timeout = TIMER.scheduleWithFixedDelay(
                () -> {
                    over.set(true);
                    // Its own thread: the timer is everybody's, and a server may take its time.
                    if (timeOut.begins()) {
                        Thread killing = new Thread(() -> timeOut.kill(this::killQuietly), "millrace-jdbc-kill");
                        killing.setDaemon(true);
                        killing.start();
                    }
                },
                TimeUnit.SECONDS.toMillis(seconds),
                AGAIN_MILLIS,
                TimeUnit.MILLISECONDS);
        try {
            return call.run();
        } catch (SQLException | RuntimeException e) {
            if (over.get()) {
                throw new SQLTimeoutException(
                        "the statement took longer than its query time-out of " + seconds + " s", "HY008", 3024, e);
            }
            throw e;
        } finally {
            timeout.cancel(false);
            timeOut.end();
            executing.remove(statement);
        }
    }

    /**
     * Ends what a statement is doing right now before it is closed by another thread: Avatica's close waits for the
     * answer.
     */
    void beforeClose(AvaticaStatement statement) {
        if (executing.contains(statement)) {
            killQuietly();
        }
    }

    @Override
    public void close() throws SQLException {
        if (!executing.isEmpty()) {
            killQuietly();
        }
        super.close();
    }

    private void killQuietly() {
        try {
            killQuery();
        } catch (SQLException | RuntimeException e) {
            // The statement's own call fails as well, or the timer asks again.
        }
    }

    @Override
    protected Meta.ExecuteResult prepareAndExecuteInternal(AvaticaStatement statement, String sql, long rowsMax)
            throws SQLException, NoSuchStatementException {
        return timed(statement, () -> super.prepareAndExecuteInternal(statement, sql, rowsMax));
    }

    @Override
    protected Meta.ExecuteBatchResult prepareAndUpdateBatch(AvaticaStatement statement, List<String> queries)
            throws NoSuchStatementException, SQLException {
        return timed(statement, () -> super.prepareAndUpdateBatch(statement, queries));
    }

    @Override
    protected ResultSet executeQueryInternal(
            AvaticaStatement statement, Meta.Signature signature, Meta.Frame frame, QueryState state, boolean update)
            throws SQLException {
        Call<ResultSet, RuntimeException> call =
                () -> super.executeQueryInternal(statement, signature, frame, state, update);
        return timed(statement, call);
    }

    @Override
    protected long[] executeBatchUpdateInternal(AvaticaPreparedStatement statement) throws SQLException {
        Call<long[], RuntimeException> call = () -> super.executeBatchUpdateInternal(statement);
        return timed(statement, call);
    }
}
