package dev.millrace.sqltest;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** Runs {@code .sqltest} files; what they look like is in the package's description. */
public final class SqlTest {
    /** System property; set: files are written again with what came, and nothing fails but the unreadable. */
    public static final String ACCEPT = "sqltest.accept";

    /** Time between two tries of a record that is awaited. */
    private static final Duration RETRY = Duration.ofMillis(100);

    private final Harness harness;
    private final boolean accept;

    public SqlTest(Harness harness) {
        this(harness, System.getProperty(ACCEPT) != null);
    }

    SqlTest(Harness harness, boolean accept) {
        this.harness = requireNonNull(harness, "harness");
        this.accept = accept;
    }

    /** Every {@code .sqltest} file in a folder and below, in the order of their names. */
    public static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".sqltest"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Runs a file; with {@link #ACCEPT}, writes it again.
     *
     * @throws SqlTestFailure naming file and line, at the first record that does not give what it says
     */
    public void run(Path file) throws IOException {
        String text = Files.readString(file);
        String came = run(file.toString(), text);
        if (accept && !came.equals(text)) {
            Files.writeString(file, came);
        }
    }

    /** Runs a text and returns it with what came in place of what was expected; without accepting, that is the same. */
    String run(String name, String text) {
        List<String> came = new ArrayList<>();
        boolean halted = false;
        for (Object item : SqlTestFile.read(name, text)) {
            if (item instanceof Record record) {
                halted = halted || record.kind() instanceof Record.Kind.Halt;
                boolean runs = !halted && record.conditions().holdFor(harness.name());
                came.addAll(runs ? awaited(name, record) : written(record, record.head(), record.expected()));
            } else {
                came.add((String) item);
            }
        }
        return String.join("\n", came);
    }

    private List<String> awaited(String name, Record record) {
        long deadline = System.nanoTime() + record.conditions().await().toNanos();
        while (true) {
            try {
                return attempt(record, name + ":" + record.line() + ": ");
            } catch (SqlTestFailure failure) {
                if (System.nanoTime() - deadline >= 0) {
                    throw failure;
                }
                pause(failure);
            }
        }
    }

    private static void pause(SqlTestFailure failure) {
        try {
            Thread.sleep(RETRY.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }

    private List<String> attempt(Record record, String place) {
        return record.kind().match(new Record.Kind.Cases<List<String>>() {
            @Override
            public List<String> ok() {
                return statement(record, place, -1);
            }

            @Override
            public List<String> count(Record.Kind.Count count) {
                return statement(record, place, count.rows());
            }

            @Override
            public List<String> error(Record.Kind.Error error) {
                return failing(record, place, error.said());
            }

            @Override
            public List<String> query(Record.Kind.Query query) {
                return rows(record, place, record.statement(), query);
            }

            @Override
            public List<String> plan() {
                Record.Kind.Query lines = new Record.Kind.Query("?", Record.Sort.NOSORT);
                return rows(record, place, "EXPLAIN " + record.statement(), lines);
            }

            @Override
            public List<String> command(Record.Kind.Command command) {
                return commanded(record, place, command);
            }

            @Override
            public List<String> halt() {
                return written(record, record.head(), record.expected());
            }
        });
    }

    private List<String> statement(Record record, String place, long expected) {
        try (Statement statement = harness.connection().createStatement()) {
            boolean rows = statement.execute(record.statement());
            long count = rows ? -1 : statement.getUpdateCount();
            if (expected >= 0 && expected != count) {
                if (accept) {
                    return written(record, head(record, "statement count " + count), record.expected());
                }
                throw new SqlTestFailure(
                        place + "changed " + count + " rows, not " + expected + "\n" + record.statement());
            }
            return written(record, record.head(), record.expected());
        } catch (SQLException e) {
            return failed(record, place, e);
        }
    }

    private List<String> failed(Record record, String place, SQLException e) {
        if (accept) {
            return written(record, head(record, error(e, 1)), record.expected());
        }
        throw new SqlTestFailure(place + state(e) + "\n" + record.statement(), e);
    }

    /** The line that expects this error, with so many of its parts. */
    private static String error(SQLException e, int parts) {
        return "statement error " + String.join(" ", Errors.parts(e).subList(0, parts));
    }

    private static String state(SQLException e) {
        return "[" + e.getSQLState() + "/" + e.getErrorCode() + "] " + e.getMessage();
    }

    private List<String> failing(Record record, String place, List<String> expected) {
        try (Statement statement = harness.connection().createStatement()) {
            if (statement.execute(record.statement())) {
                drain(statement);
            }
        } catch (SQLException e) {
            boolean same = expected.equals(Errors.parts(e).subList(0, expected.size()));
            if (!same && !accept) {
                throw new SqlTestFailure(
                        place + "expected error " + String.join(" ", expected) + ", came " + state(e) + "\n"
                                + record.statement(),
                        e);
            }
            String head = same ? record.head().get(record.head().size() - 1) : error(e, Math.max(1, expected.size()));
            return written(record, head(record, head), record.expected());
        }
        if (accept) {
            return written(record, head(record, "statement ok"), record.expected());
        }
        throw new SqlTestFailure(place + "no error came\n" + record.statement());
    }

    private static void drain(Statement statement) throws SQLException {
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                // Some errors come with the rows.
            }
        }
    }

    private List<String> rows(Record record, String place, String sql, Record.Kind.Query query) {
        List<String> came;
        try (Statement statement = harness.connection().createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            came = Results.lines(rows, query, record.kind() instanceof Record.Kind.Plan, place);
        } catch (SQLException e) {
            return failed(record, place, e);
        }
        List<String> expected = Results.sorted(record.expected(), query.sort());
        if (came.equals(expected)) {
            return written(record, record.head(), record.expected());
        }
        if (accept) {
            return written(record, record.head(), came);
        }
        throw new SqlTestFailure(
                place + "other rows came\n" + record.statement() + "\n" + Results.compared(expected, came));
    }

    private List<String> commanded(Record record, String place, Record.Kind.Command command) {
        try {
            harness.command(command.words(), record.sql());
        } catch (UnsupportedOperationException e) {
            throw new SqlTestFailure(
                    place + "harness " + harness.name() + " does not know '" + String.join(" ", command.words()) + "'",
                    e);
        } catch (Exception e) {
            throw new SqlTestFailure(place + e, e);
        }
        return written(record, record.head(), record.expected());
    }

    private static List<String> head(Record record, String last) {
        List<String> head = new ArrayList<>(record.head());
        head.set(head.size() - 1, last);
        return head;
    }

    /** The record as lines of a file. */
    private static List<String> written(Record record, List<String> head, List<String> expected) {
        List<String> lines = new ArrayList<>(head);
        lines.addAll(record.sql());
        boolean rows = head.get(head.size() - 1).startsWith("query ")
                || head.get(head.size() - 1).equals("plan");
        if (rows && (record.separated() || !expected.isEmpty())) {
            lines.add("----");
            lines.addAll(expected);
        }
        return Collections.unmodifiableList(lines);
    }
}
