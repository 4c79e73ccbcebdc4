package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.plan.QueryDescription;
import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.DdlCompiler;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.LoadData;
import dev.millrace.ddl.ParsedStatement;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.Show;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.check.Catalog;
import dev.millrace.ddl.check.CheckedInsert;
import dev.millrace.ddl.print.Quoting;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.store.wire.RefusedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** SQL text → outcome: the door of this room. Safe for use by many threads. */
public final class Statements {
    /** Texts that stay parsed. */
    private static final int CACHE_MAX = 1_000;

    /** Longer texts are not kept: they are loads, and do not come again. */
    private static final int CACHED_LENGTH_MAX = 8_192;

    private static final Set<SqlState> UNKNOWN_NAMES = EnumSet.of(
            SqlState.UNKNOWN_DATABASE, SqlState.UNKNOWN_TABLE, SqlState.UNKNOWN_COLUMN, SqlState.UNKNOWN_PIPELINE);

    private final LiveCatalog catalog;
    private final DdlCompiler compiler = new DdlCompiler();
    private final QueryRunner queries;
    private final InsertRunner inserts;
    private final ChangeRunner changes;
    private final FileLoad files;
    private final DdlRunner ddl;
    private final ShowRunner shows;
    private final Sessions sessions;
    private final PipelineRunner pipelines;
    private final Map<String, ParsedStatement> parsed =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, ParsedStatement> eldest) {
                    return size() > CACHE_MAX;
                }
            });

    Statements(
            LiveCatalog catalog,
            QueryRunner queries,
            InsertRunner inserts,
            ChangeRunner changes,
            FileLoad files,
            DdlRunner ddl,
            PipelineRunner pipelines,
            Sessions sessions) {
        this.catalog = requireNonNull(catalog, "catalog");
        this.queries = requireNonNull(queries, "queries");
        this.inserts = requireNonNull(inserts, "inserts");
        this.changes = requireNonNull(changes, "changes");
        this.files = requireNonNull(files, "files");
        this.ddl = requireNonNull(ddl, "ddl");
        this.pipelines = requireNonNull(pipelines, "pipelines");
        this.sessions = requireNonNull(sessions, "sessions");
        this.shows = new ShowRunner(catalog, sessions);
    }

    public Sessions sessions() {
        return sessions;
    }

    public Catalog catalog() {
        return catalog;
    }

    /** Makes a database current. */
    public void use(Session session, String database) {
        Optional<String> known = catalog.view()
                .database(database)
                .or(() -> catalog.refresh().database(database))
                .map(d -> d.name());
        session.use(Optional.of(known.orElseThrow(
                () -> new StatementException(SqlState.UNKNOWN_DATABASE, "Unknown database '" + database + "'"))));
    }

    /** Reads a statement that is to run at once. */
    public Prepared parse(String sql, Session session) {
        return remembering(session, () -> {
            ParsedStatement statement = read(sql);
            return new Prepared(statement, kind(statement.statement()), List.of(), List.of());
        });
    }

    /** Reads a statement and says what is known of its parameters and rows. */
    public Prepared prepare(String sql, Session session) {
        return remembering(session, () -> {
            ParsedStatement statement = read(sql);
            if (statement.statement() instanceof Statement.Query query) {
                QueryDescription description =
                        queries.planner().describe(SourceText.query(query.text()), session.values());
                return new Prepared(statement, Prepared.Kind.QUERY, description.columns(), List.of());
            }
            List<Optional<SqlType>> types =
                    statement.statement() instanceof Insert insert ? types(insert, statement, session) : List.of();
            return new Prepared(statement, kind(statement.statement()), List.of(), types);
        });
    }

    private static Prepared.Kind kind(Statement statement) {
        if (statement instanceof Statement.Query || statement instanceof Statement.Explain) {
            return Prepared.Kind.QUERY;
        }
        return statement instanceof Insert ? Prepared.Kind.INSERT : Prepared.Kind.OTHER;
    }

    /** A {@code ?} that stands alone in VALUES has its column's type. */
    private List<Optional<SqlType>> types(Insert insert, ParsedStatement statement, Session session) {
        CheckedInsert checked = Names.checker(catalog.view(), session).insert(insert);
        TableSpec table = checked.table();
        List<Optional<SqlType>> types = new ArrayList<>(Collections.nCopies(statement.parameters(), Optional.empty()));
        if (insert.source() instanceof Insert.Values values) {
            List<Integer> targets = checked.columns();
            for (List<Insert.Cell> row : values.rows()) {
                for (int i = 0; i < row.size() && i < targets.size(); i++) {
                    if (row.get(i) instanceof Insert.Cell.Parameter parameter) {
                        types.set(
                                parameter.index(),
                                Optional.of(table.columns().get(targets.get(i)).type()));
                    }
                }
            }
        }
        return types;
    }

    private ParsedStatement read(String sql) {
        ParsedStatement known = parsed.get(sql);
        if (known == null) {
            known = compiler.parseOne(sql);
            if (sql.length() <= CACHED_LENGTH_MAX) {
                parsed.put(sql, known);
            }
        }
        return known;
    }

    /** Carries a statement out. */
    public Outcome execute(Prepared prepared, List<Object> parameters, Session session) {
        boolean asksForErrors = prepared.parsed().statement() instanceof Show show
                && (show.what() == Show.What.WARNINGS || show.what() == Show.What.ERRORS);
        if (!asksForErrors) {
            session.clearWarnings();
        }
        return remembering(session, prepared, () -> {
            checkCount(prepared, parameters);
            Names.checker(catalog.view(), session).refuseLater(prepared.parsed().statement());
            return prepared.parsed().statement().match(new Running(prepared, parameters, session));
        });
    }

    /**
     * Carries a statement out once for each list of parameters. For INSERT, all of them together are atomic.
     *
     * @return rows affected by each
     */
    public long[] executeBatch(Prepared prepared, List<List<Object>> parameterSets, Session session) {
        session.clearWarnings();
        long[] counts = new long[parameterSets.size()];
        if (prepared.parsed().statement() instanceof Insert insert) {
            return remembering(session, prepared, () -> {
                parameterSets.forEach(parameters -> checkCount(prepared, parameters));
                long rows = inserts.run(insert, parameterSets, session);
                long each = insert.source() instanceof Insert.Values values
                        ? values.rows().size()
                        : parameterSets.size() == 1 ? rows : java.sql.Statement.SUCCESS_NO_INFO;
                Arrays.fill(counts, each);
                return counts;
            });
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] = count(execute(prepared, parameterSets.get(i), session));
        }
        return counts;
    }

    /** Carries statements out one after the other, until one fails. */
    public long[] executeBatch(List<String> sql, Session session) {
        long[] counts = new long[sql.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = count(execute(parse(sql.get(i), session), List.of(), session));
        }
        return counts;
    }

    private static long count(Outcome outcome) {
        return outcome.match(new Outcome.Cases<>() {
            @Override
            public Long rows(Outcome.Rows rows) {
                rows.cursor().close();
                throw new StatementException(SqlState.WRONG_ARGUMENTS, "a query cannot be part of a batch");
            }

            @Override
            public Long count(Outcome.Count count) {
                return count.rows();
            }
        });
    }

    private static void checkCount(Prepared prepared, List<Object> parameters) {
        if (parameters.size() != prepared.parameters()) {
            throw new StatementException(
                    SqlState.WRONG_ARGUMENTS,
                    "the statement has " + prepared.parameters() + " parameters, and " + parameters.size()
                            + " values are given");
        }
    }

    /**
     * Runs a step; its error is what SHOW WARNINGS shows next. A name that is not known here may be new elsewhere: then
     * the step runs once more with a fresh catalog. It has done nothing before it looks names up.
     */
    private <T> T remembering(Session session, Supplier<T> step) {
        try {
            long version = catalog.view().version();
            try {
                return step.get();
            } catch (StatementException e) {
                if (!UNKNOWN_NAMES.contains(e.state()) || catalog.refresh().version() == version) {
                    throw e;
                }
                return step.get();
            }
        } catch (StatementException e) {
            session.failed(e);
            throw e;
        } catch (RefusedException e) {
            StatementException error = EngineErrors.of(e);
            session.failed(error);
            throw error;
        }
    }

    private <T> T remembering(Session session, Prepared prepared, Supplier<T> step) {
        try (RunningText shown = session.begin(shown(prepared.parsed()))) {
            T result = remembering(session, step);
            if (prepared.parsed().statement() instanceof Statement.Kill
                    && shown.killed().isPresent()) {
                throw new StatementException(
                        SqlState.QUERY_INTERRUPTED, shown.killed().get());
            }
            return result;
        }
    }

    /** The text as other sessions may see it: without what may hold a password. */
    private static String shown(ParsedStatement parsed) {
        if (parsed.statement() instanceof CreatePipeline create) {
            return "CREATE PIPELINE " + Quoting.name(create.name());
        }
        if (parsed.statement() instanceof AlterPipeline alter) {
            return "ALTER PIPELINE " + Quoting.name(alter.name());
        }
        if (parsed.statement() instanceof LoadData || parsed.statement() instanceof Statement.Other) {
            return parsed.sql().strip().split("\\s+", 2)[0];
        }
        return parsed.sql();
    }

    private static StatementException unsupported(String what, Place at) {
        return new StatementException(SqlState.UNSUPPORTED, what + " is not supported", at.position());
    }

    /** One statement on its way. */
    private final class Running implements Statement.Cases<Outcome> {
        private final Prepared prepared;
        private final List<Object> parameters;
        private final Session session;

        Running(Prepared prepared, List<Object> parameters, Session session) {
            this.prepared = prepared;
            this.parameters = parameters;
            this.session = session;
        }

        @Override
        public Outcome query(Statement.Query query) {
            return new Outcome.Rows(queries.run(SourceText.query(query.text()), parameters, session));
        }

        @Override
        public Outcome explain(Statement.Explain explain) {
            if (!(explain.statement() instanceof Statement.Query query)) {
                throw unsupported(
                        "EXPLAIN of anything but a query", prepared.parsed().at());
            }
            String plan = queries.planner()
                    .plan(SourceText.query(query.text()), parameters, session.values())
                    .explain();
            return new Outcome.Rows(new ListCursor(
                    List.of(ListCursor.text("EXPLAIN")),
                    plan.lines().map(line -> new Object[] {line}).toList()));
        }

        @Override
        public Outcome insert(Insert insert) {
            return new Outcome.Count(inserts.run(insert, List.of(parameters), session));
        }

        @Override
        public Outcome update(Statement.Update update) {
            return new Outcome.Count(changes.update(update, parameters, session));
        }

        @Override
        public Outcome delete(Statement.Delete delete) {
            return new Outcome.Count(changes.delete(delete, parameters, session));
        }

        @Override
        public Outcome createDatabase(Statement.CreateDatabase create) {
            ddl.createDatabase(create, session);
            return Outcome.DONE;
        }

        @Override
        public Outcome dropDatabase(Statement.DropDatabase drop) {
            ddl.dropDatabase(drop, session);
            return Outcome.DONE;
        }

        @Override
        public Outcome use(Statement.Use use) {
            CatalogView view = catalog.view();
            if (view.database(use.database().text()).isEmpty()) {
                view = catalog.refresh();
            }
            session.use(Optional.of(
                    Names.checker(view, session).database(use.database()).name()));
            return Outcome.DONE;
        }

        @Override
        public Outcome createTable(CreateTable create) {
            ddl.createTable(create, session);
            return Outcome.DONE;
        }

        @Override
        public Outcome dropTable(Statement.DropTable drop) {
            ddl.dropTables(drop, session);
            return Outcome.DONE;
        }

        @Override
        public Outcome kill(Statement.Kill kill) {
            sessions.kill(
                    kill.session(), kill.queryOnly(), session.id(), kill.at().position());
            return Outcome.DONE;
        }

        @Override
        public Outcome truncate(Statement.Truncate truncate) {
            ddl.truncate(truncate, session);
            return Outcome.DONE;
        }

        @Override
        public Outcome createPipeline(CreatePipeline create) {
            pipelines.create(create, session);
            return Outcome.DONE;
        }

        @Override
        public Outcome loadData(LoadData load) {
            return new Outcome.Count(files.run(load, session));
        }

        @Override
        public Outcome alterPipeline(AlterPipeline alter) {
            pipelines.alter(alter, session);
            return Outcome.DONE;
        }

        @Override
        public Outcome pipelineControl(PipelineControl control) {
            return pipelines.control(control, session);
        }

        @Override
        public Outcome show(Show show) {
            return new Outcome.Rows(ShowQuery.of(
                            show,
                            () -> ShowRunner.database(show, catalog.view(), session)
                                    .name())
                    .map(sql -> queries.run(sql, List.of(), session))
                    .orElseGet(() -> shows.run(show, session)));
        }

        @Override
        public Outcome setVariables(Statement.SetVariables set) {
            session.warn(Names.checker(catalog.view(), session).set(set));
            for (Statement.Setting setting : set.settings()) {
                session.variables()
                        .set(
                                setting.name(),
                                unquoted(setting.value().sql()),
                                setting.at().position());
            }
            return Outcome.DONE;
        }

        private String unquoted(String words) {
            String text = words.strip();
            boolean quoted = text.length() >= 2
                    && (text.charAt(0) == '\'' || text.charAt(0) == '"')
                    && text.charAt(text.length() - 1) == text.charAt(0);
            return quoted ? text.substring(1, text.length() - 1) : text;
        }

        @Override
        public Outcome transaction(Statement.Transaction transaction) {
            return switch (transaction.kind()) {
                // Every statement is committed when it answers: there is nothing left to do.
                case COMMIT, ROLLBACK -> Outcome.DONE;
                case BEGIN -> throw unsupported("a transaction of several statements", transaction.at());
            };
        }

        @Override
        public Outcome other(Statement.Other other) {
            throw unsupported(other.name(), other.text().at());
        }
    }
}
