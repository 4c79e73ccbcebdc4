package dev.millrace.aggregator.execute;

import dev.millrace.aggregator.plan.SessionValues;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.error.StatementException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a client's statements share: current database, variables, warnings of the last statement, and for each database
 * the CSN below which this session never reads again. Thread-safe.
 */
public final class Session {
    /** Warnings kept of one statement, as MySQL's max_error_count. */
    private static final int WARNINGS_MAX = 1024;

    private final long id;
    private final String user;
    private final SystemVariables variables;
    private final InstantSource clock;
    private final Map<Long, Long> floors = new ConcurrentHashMap<>();
    private List<Warning> warnings = List.of();
    private volatile Optional<String> database = Optional.empty();
    private Optional<StatementException> lastError = Optional.empty();
    private final Set<RowCursor> starting = ConcurrentHashMap.newKeySet();
    private final Map<Thread, RunningText> running = new ConcurrentHashMap<>();
    private volatile long idleSinceNanos = System.nanoTime();

    Session(long id, String user, InstantSource clock) {
        this.id = id;
        this.user = user;
        this.clock = clock;
        this.variables = new SystemVariables();
    }

    public long id() {
        return id;
    }

    String user() {
        return user;
    }

    /** A statement begins in this thread; closing ends it. */
    RunningText begin(String text) {
        RunningText began = new RunningText(this, text);
        running.put(began.thread(), began);
        return began;
    }

    void ended(RunningText statement) {
        running.remove(statement.thread(), statement);
        idleSinceNanos = System.nanoTime();
    }

    /** Why the statement of this thread is to end. */
    Optional<String> killed() {
        return Optional.ofNullable(running.get(Thread.currentThread())).flatMap(RunningText::killed);
    }

    /** The statement that runs for longest. */
    Optional<RunningText> runningText() {
        return running.values().stream().min(Comparator.comparingLong(RunningText::startNanos));
    }

    /** When the last statement ended, in {@link System#nanoTime}. */
    long idleSinceNanos() {
        return idleSinceNanos;
    }

    public Optional<String> database() {
        return database;
    }

    /** Makes a database current; its existence was checked. Empty: none is. */
    public void use(Optional<String> name) {
        database = name;
    }

    SystemVariables variables() {
        return variables;
    }

    /** Longest time a statement may take until its first row. */
    Duration timeout() {
        return variables.timeout();
    }

    /** The CSN of a database that this session has seen. */
    long floor(long databaseId) {
        return floors.getOrDefault(databaseId, 0L);
    }

    /** This session has seen a CSN: by reading at it or by writing it. */
    void saw(long databaseId, long csn) {
        floors.merge(databaseId, csn, Math::max);
    }

    synchronized List<Warning> warnings() {
        return warnings;
    }

    synchronized void clearWarnings() {
        warnings = List.of();
        lastError = Optional.empty();
    }

    synchronized Optional<StatementException> lastError() {
        return lastError;
    }

    synchronized void failed(StatementException error) {
        lastError = Optional.of(error);
    }

    /** A query that waits for its first rows; it can be cancelled although its client has no cursor yet. */
    void starting(RowCursor cursor) {
        starting.add(cursor);
        // A KILL that came while the statement was planned found nothing to cancel.
        killed().ifPresent(cursor::cancel);
    }

    void started(RowCursor cursor) {
        starting.remove(cursor);
    }

    /** Ends every query of this session that has no rows yet. */
    public void cancelRunning(String reason) {
        running.values().forEach(statement -> statement.kill(reason));
        starting.forEach(cursor -> cursor.cancel(reason));
    }

    synchronized void warn(List<Warning> more) {
        if (more.isEmpty()) {
            return;
        }
        List<Warning> all = new ArrayList<>(warnings);
        more.stream().limit(Math.max(0, WARNINGS_MAX - all.size())).forEach(all::add);
        warnings = List.copyOf(all);
    }

    /** The session as a query sees it that begins now. */
    SessionValues values() {
        LocalDateTime now = LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        Optional<String> current = database;
        return new SessionValues() {
            @Override
            public Optional<String> database() {
                return current;
            }

            @Override
            public String user() {
                return user;
            }

            @Override
            public long connectionId() {
                return id;
            }

            @Override
            public String version() {
                return SystemVariables.VERSION;
            }

            @Override
            public LocalDateTime now() {
                return now;
            }

            @Override
            public Optional<Object> variable(String name) {
                return variables.value(name);
            }
        };
    }
}
