package dev.millrace.aggregator.execute;

import static dev.millrace.aggregator.execute.ListCursor.number;
import static dev.millrace.aggregator.execute.ListCursor.text;
import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.pipeline.Pipelines;
import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.Show;
import dev.millrace.ddl.check.Checker;
import dev.millrace.ddl.print.SpecPrinter;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** SHOW and DESCRIBE: the catalog and the session, in MySQL's columns. */
final class ShowRunner {
    /** Characters of a statement that SHOW PROCESSLIST shows without FULL, as MySQL. */
    private static final int INFO_MAX = 100;

    private final LiveCatalog live;
    private final Sessions sessions;

    ShowRunner(LiveCatalog live, Sessions sessions) {
        this.live = requireNonNull(live, "live");
        this.sessions = requireNonNull(sessions, "sessions");
    }

    RowCursor run(Show show, Session session) {
        if (show.where().isPresent()) {
            throw unsupported("SHOW … WHERE", show);
        }
        CatalogView catalog = live.view();
        return switch (show.what()) {
            case DATABASES -> databases(show, catalog);
            case TABLES -> tables(show, catalog, session);
            case COLUMNS -> columns(show, Names.checker(catalog, session).table(subject(show)));
            case INDEX -> index(Names.checker(catalog, session).table(subject(show)));
            case CREATE_TABLE -> createTable(Names.checker(catalog, session).table(subject(show)));
            case CREATE_DATABASE ->
                createDatabase(
                        Names.checker(catalog, session).database(subject(show).name()));
            case CREATE_PIPELINE -> createPipeline(show, catalog, session);
            case PIPELINES -> pipelines(show, catalog, session);
            case WARNINGS -> warnings(session, true);
            case ERRORS -> warnings(session, false);
            case VARIABLES -> variables(show, session);
            case PROCESSLIST -> processes(show.full());
            case STATUS -> rows(List.of(text("Variable_name"), text("Value")), List.of());
            case AGGREGATORS, TABLE_STATUS, ENGINES, CHARACTER_SET, COLLATION, LEAVES, PARTITIONS ->
                throw unsupported("SHOW " + show.what().words(), show);
        };
    }

    private RowCursor processes(boolean full) {
        long now = System.nanoTime();
        List<Object[]> rows = new ArrayList<>();
        for (Sessions.Entry entry : sessions.all()) {
            Session session = entry.session();
            Optional<RunningText> running = session.runningText();
            boolean sending = running.isEmpty() && entry.holder().isSending();
            long since = running.map(RunningText::startNanos).orElseGet(session::idleSinceNanos);
            String[] user = session.user().split("@", 2);
            rows.add(new Object[] {
                session.id(),
                user[0],
                user[1],
                session.database().orElse(null),
                running.isPresent() || sending ? "Query" : "Sleep",
                TimeUnit.NANOSECONDS.toSeconds(Math.max(0, now - since)),
                running.isPresent() ? "executing" : sending ? "waiting for the client to read" : "",
                running.map(RunningText::text)
                        .map(text -> full || text.length() <= INFO_MAX ? text : text.substring(0, INFO_MAX))
                        .orElse(null)
            });
        }
        return rows(
                List.of(
                        number("Id"),
                        text("User"),
                        text("Host"),
                        text("db"),
                        text("Command"),
                        number("Time"),
                        text("State"),
                        text("Info")),
                rows);
    }

    private static StatementException unsupported(String what, Show show) {
        return new StatementException(
                SqlState.UNSUPPORTED, what + " is not supported", show.at().position());
    }

    private static ObjectName subject(Show show) {
        return show.subject().orElseThrow();
    }

    private static RowCursor rows(List<ResultColumn> columns, List<Object[]> rows) {
        return new ListCursor(columns, rows);
    }

    private static boolean isLike(Show show, String name) {
        return LikePattern.matches(show.like().orElse(null), name);
    }

    /** The database that is named, or else the current one. */
    static DatabaseSpec database(Show show, CatalogView catalog, Session session) {
        Checker checker = Names.checker(catalog, session);
        return show.database()
                .map(checker::database)
                .orElseGet(() -> checker.databaseOf(new ObjectName(Optional.empty(), new Identifier("", show.at()))));
    }

    private static RowCursor databases(Show show, CatalogView catalog) {
        return rows(
                List.of(text("Database")),
                catalog.databases().stream()
                        .filter(database -> isLike(show, database.name()))
                        .map(database -> new Object[] {database.name()})
                        .toList());
    }

    private static RowCursor tables(Show show, CatalogView catalog, Session session) {
        DatabaseSpec database = database(show, catalog, session);
        String type = database.id() == 0 ? "SYSTEM VIEW" : "BASE TABLE";
        List<ResultColumn> columns = new ArrayList<>(List.of(text("Tables_in_" + database.name())));
        if (show.full()) {
            columns.add(text("Table_type"));
        }
        return rows(
                columns,
                catalog.tables(database.name()).stream()
                        .filter(table -> isLike(show, table.name()))
                        .map(table -> show.full() ? new Object[] {table.name(), type} : new Object[] {table.name()})
                        .toList());
    }

    private static RowCursor columns(Show show, TableSpec table) {
        List<ResultColumn> columns = new ArrayList<>(List.of(text("Field"), text("Type")));
        if (show.full()) {
            columns.add(text("Collation"));
        }
        columns.addAll(List.of(text("Null"), text("Key"), text("Default"), text("Extra")));
        if (show.full()) {
            columns.addAll(List.of(text("Privileges"), text("Comment")));
        }
        List<Object[]> rows = new ArrayList<>();
        for (ColumnSpec column : table.columns()) {
            if (isLike(show, column.name())) {
                List<Object> row =
                        new ArrayList<>(List.of(column.name(), column.type().sql()));
                if (show.full()) {
                    row.add(column.type().isText() ? "utf8mb4_bin" : null);
                }
                row.add(column.nullable() ? "YES" : "NO");
                row.add(keyOf(table, column));
                row.add(column.defaultValue().map(ShowRunner::value).orElse(null));
                row.add("");
                if (show.full()) {
                    row.add("select,insert");
                    row.add("");
                }
                rows.add(row.toArray());
            }
        }
        return rows(columns, rows);
    }

    /** A default as MySQL shows it: text without its quotes, anything else as it is written. */
    private static String value(SqlExpression written) {
        String sql = written.sql();
        return sql.startsWith("'") && sql.endsWith("'")
                ? sql.substring(1, sql.length() - 1).replace("''", "'")
                : sql;
    }

    private static String keyOf(TableSpec table, ColumnSpec column) {
        String found = "";
        for (KeySpec key : table.keys()) {
            boolean in = key.columns().stream().anyMatch(name -> name.equalsIgnoreCase(column.name()));
            if (in && key.isPrimary()) {
                return "PRI";
            }
            if (in && key.columns().get(0).equalsIgnoreCase(column.name())) {
                found = key.columns().size() == 1 ? "UNI" : "MUL";
            }
        }
        return found;
    }

    private static RowCursor index(TableSpec table) {
        List<Object[]> rows = new ArrayList<>();
        for (KeySpec key : table.keys()) {
            for (int i = 0; i < key.columns().size(); i++) {
                rows.add(new Object[] {
                    table.name(), 0L, key.name(), i + 1L, key.columns().get(i)
                });
            }
        }
        for (int i = 0; i < table.shardKey().size(); i++) {
            rows.add(new Object[] {
                table.name(), 1L, "__SHARDKEY", i + 1L, table.shardKey().get(i)
            });
        }
        return rows(
                List.of(
                        text("Table"),
                        number("Non_unique"),
                        text("Key_name"),
                        number("Seq_in_index"),
                        text("Column_name")),
                rows);
    }

    private static RowCursor createTable(TableSpec table) {
        return one(List.of(text("Table"), text("Create Table")), table.name(), SpecPrinter.print(table));
    }

    private static RowCursor one(List<ResultColumn> columns, Object... row) {
        return rows(columns, List.<Object[]>of(row));
    }

    private static RowCursor createDatabase(DatabaseSpec database) {
        return one(List.of(text("Database"), text("Create Database")), database.name(), SpecPrinter.print(database));
    }

    private static RowCursor createPipeline(Show show, CatalogView catalog, Session session) {
        ObjectName name = subject(show);
        CatalogSnapshot.Pipeline pipeline = Names.pipeline(catalog, name, session);
        return one(
                List.of(text("Pipeline"), text("Create Pipeline")),
                pipeline.spec().name(),
                SpecPrinter.print(pipeline.spec(), pipeline.credentials()));
    }

    private static RowCursor pipelines(Show show, CatalogView catalog, Session session) {
        DatabaseSpec database = database(show, catalog, session);
        List<Object[]> rows = new ArrayList<>();
        for (PipelineSpec spec : catalog.pipelines(database.name())) {
            if (isLike(show, spec.name())) {
                CatalogSnapshot.Pipeline pipeline = catalog.status(spec);
                String state = switch (pipeline.state()) {
                    case STOPPED -> "Stopped";
                    case RUNNING -> "Running";
                    case QUEUED -> "Queued";
                    case ERROR -> "Error";
                    case DETACHED -> "Detached";
                };
                String scheduled = Pipelines.isRunning(pipeline) ? "True" : "False";
                rows.add(new Object[] {spec.name(), state, scheduled, pipeline.condition(), pipeline.message()});
            }
        }
        return rows(
                List.of(
                        text("Pipelines_in_" + database.name()),
                        text("State"),
                        text("Scheduled"),
                        text("Condition"),
                        text("Error")),
                rows);
    }

    private static RowCursor warnings(Session session, boolean all) {
        List<Object[]> rows = new ArrayList<>();
        Optional<StatementException> error = session.lastError();
        error.ifPresent(e -> rows.add(new Object[] {"Error", (long) e.state().number(), e.describe()}));
        if (all) {
            session.warnings()
                    .forEach(warning -> rows.add(new Object[] {
                        switch (warning.level()) {
                            case NOTE -> "Note";
                            case WARNING -> "Warning";
                        },
                        (long) warning.number(),
                        warning.message()
                    }));
        }
        return rows(List.of(text("Level"), number("Code"), text("Message")), rows);
    }

    private static RowCursor variables(Show show, Session session) {
        return rows(
                List.of(text("Variable_name"), text("Value")),
                session.variables().all().entrySet().stream()
                        .filter(variable -> isLike(show, variable.getKey()))
                        .map(variable -> new Object[] {variable.getKey(), String.valueOf(variable.getValue())})
                        .toList());
    }
}
