package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.plan.ChangePlanner;
import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.aggregator.plan.SessionValues;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.check.CheckedInsert;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.store.RowChange;
import dev.millrace.store.WriteMode;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** INSERT and REPLACE: rows from VALUES or a query, made to fit the table, written as one statement. */
final class InsertRunner {
    /** A table that changes while rows are on their way is read anew; twice is a busy DDL script. */
    private static final int CHANGED_MAX = 4;

    private final LiveCatalog catalog;
    private final QueryRunner queries;
    private final ChangePlanner changes;
    private final MergeEngine engine;
    private final TableWrite.Tools tools;

    InsertRunner(
            LiveCatalog catalog,
            QueryRunner queries,
            ChangePlanner changes,
            MergeEngine engine,
            TableWrite.Tools tools) {
        this.catalog = requireNonNull(catalog, "catalog");
        this.queries = requireNonNull(queries, "queries");
        this.changes = requireNonNull(changes, "changes");
        this.engine = requireNonNull(engine, "engine");
        this.tools = requireNonNull(tools, "tools");
    }

    /**
     * Carries an INSERT out, once for each list of parameters, all of them together atomic. Answers the rows affected.
     */
    long run(Insert insert, List<List<Object>> parameterSets, Session session) {
        return whileTableChanges(view -> once(insert, parameterSets, session, view));
    }

    /** Runs a statement again with a fresh catalog while others change its table. */
    long whileTableChanges(ToLongFunction<CatalogView> statement) {
        for (int changed = 0; ; changed++) {
            try {
                return statement.applyAsLong(catalog.view());
            } catch (RefusedException e) {
                boolean old = e.refusal() == Refusal.TABLE_CHANGED
                        || e.refusal() == Refusal.MAP_CHANGED
                        || e.refusal() == Refusal.FENCED
                        || e.refusal() == Refusal.UNKNOWN;
                if (!old || changed >= CHANGED_MAX) {
                    throw EngineErrors.of(e);
                }
                catalog.refresh();
            }
        }
    }

    private long once(Insert insert, List<List<Object>> parameterSets, Session session, CatalogView view) {
        CheckedInsert checked = Names.checker(view, session).insert(insert);
        TableSpec table = checked.table();
        int[] targets = checked.columns().stream().mapToInt(i -> i).toArray();
        Optional<RowChange> change = onDuplicate(insert, table, parameterSets, session);
        WriteMode mode = switch (insert.mode()) {
            case INSERT -> change.isPresent() ? WriteMode.MERGE : WriteMode.INSERT;
            case INSERT_IGNORE -> WriteMode.IGNORE;
            case REPLACE -> WriteMode.REPLACE;
        };
        try (TableWrite write = new TableWrite(tools, session, view, table, mode, change)) {
            Rows rows = new Rows(table, targets, write);
            insert.source().match(new Insert.SourceCases<Void>() {
                @Override
                public Void values(Insert.Values values) {
                    parameterSets.forEach(parameters -> addValues(values, parameters, rows, session));
                    return null;
                }

                @Override
                public Void query(Insert.Rows query) {
                    parameterSets.forEach(parameters -> addQuery(query.text(), parameters, rows, session));
                    return null;
                }
            });
            return write.finish();
        } catch (RefusedException e) {
            throw ChangeRunner.placed(e, insert.onDuplicate())
                    .<RuntimeException>map(error -> error)
                    .orElse(e);
        }
    }

    private Optional<RowChange> onDuplicate(
            Insert insert, TableSpec table, List<List<Object>> parameterSets, Session session) {
        // Without a key no row is there already; the assignments are judged all the same.
        if (insert.onDuplicate().isEmpty()) {
            return Optional.empty();
        }
        SessionValues values = session.values();
        int before = parametersOf(insert.source(), session);
        List<RowChange> changes = parameterSets.stream()
                .map(parameters -> RowChange.onDuplicateKey(
                        this.changes.onDuplicateKey(insert.onDuplicate(), table, parameters, before, values)))
                .distinct()
                .toList();
        if (changes.size() > 1) {
            throw new StatementException(
                    SqlState.UNSUPPORTED,
                    "a batch with different parameters in ON DUPLICATE KEY UPDATE is not supported",
                    insert.onDuplicate().get(0).column().at().position());
        }
        return table.isKeyless() ? Optional.empty() : changes.stream().findFirst();
    }

    private int parametersOf(Insert.Source source, Session session) {
        return source.match(new Insert.SourceCases<Integer>() {
            @Override
            public Integer values(Insert.Values values) {
                return values.rows().stream()
                        .flatMap(List::stream)
                        .mapToInt(cell -> parametersOf(cell, session))
                        .sum();
            }

            @Override
            public Integer query(Insert.Rows query) {
                return queries.planner()
                        .describe(SourceText.query(query.text()), session.values())
                        .parameters();
            }
        });
    }

    private int parametersOf(Insert.Cell cell, Session session) {
        if (cell instanceof Insert.Cell.Expression expression) {
            return queries.planner()
                    .describe(SourceText.expression(expression.text()), session.values())
                    .parameters();
        }
        return cell instanceof Insert.Cell.Parameter ? 1 : 0;
    }

    private void addValues(Insert.Values values, List<Object> parameters, Rows rows, Session session) {
        int parameter = 0;
        for (List<Insert.Cell> cells : values.rows()) {
            if (cells.isEmpty()) {
                rows.addDefaults();
                continue;
            }
            Object[] row = rows.begin();
            for (int i = 0; i < cells.size(); i++) {
                Insert.Cell cell = cells.get(i);
                if (cell instanceof Insert.Cell.Default) {
                    rows.setDefault(row, i);
                } else if (cell instanceof Insert.Cell.Expression expression) {
                    int wanted = queries.planner()
                            .describe(SourceText.expression(expression.text()), session.values())
                            .parameters();
                    rows.set(
                            row,
                            i,
                            evaluate(expression.text(), parameters.subList(parameter, parameter + wanted), session));
                    parameter += wanted;
                } else {
                    if (cell instanceof Insert.Cell.Parameter) {
                        parameter++;
                    }
                    rows.set(row, i, literal(cell, parameters));
                }
            }
            rows.end(row);
        }
    }

    private static Object literal(Insert.Cell cell, List<Object> parameters) {
        if (cell instanceof Insert.Cell.Parameter parameter) {
            return parameters.get(parameter.index());
        } else if (cell instanceof Insert.Cell.Exact number) {
            return number.value();
        } else if (cell instanceof Insert.Cell.Text text) {
            return text.value();
        } else if (cell instanceof Insert.Cell.Bool flag) {
            return flag.value();
        } else if (cell instanceof Insert.Cell.Approximate number) {
            return number.value();
        } else if (cell instanceof Insert.Cell.Bytes bytes) {
            return HexFormat.of().parseHex(bytes.hex());
        }
        return null;
    }

    private Object evaluate(SqlText text, List<Object> parameters, Session session) {
        try (RowCursor cursor = queries.run(SourceText.expression(text), parameters, session)) {
            if (!cursor.next()) {
                return null;
            }
            return given(cursor.value(0), cursor.columns().get(0).type());
        }
    }

    private void addQuery(SqlText text, List<Object> parameters, Rows rows, Session session) {
        try (RowCursor cursor = queries.run(SourceText.query(text), parameters, session)) {
            List<ResultColumn> columns = cursor.columns();
            rows.checkCount(columns.size(), text);
            while (cursor.next()) {
                Object[] row = rows.begin();
                for (int i = 0; i < columns.size(); i++) {
                    rows.set(row, i, given(cursor.value(i), columns.get(i).type()));
                }
                rows.end(row);
            }
        }
    }

    /** A value of a result as {@link Coercion} takes it. */
    static Object given(Object value, SqlType type) {
        if (value == null) {
            return null;
        }
        return switch (type.kind()) {
            case DATE -> LocalDate.ofEpochDay((Long) value);
            case DATETIME, TIMESTAMP -> Temporals.ofMicros((Long) value);
            case BOOL,
                    TINYINT,
                    SMALLINT,
                    INT,
                    BIGINT,
                    FLOAT,
                    DOUBLE,
                    DECIMAL,
                    CHAR,
                    VARCHAR,
                    TEXT,
                    BINARY,
                    VARBINARY,
                    BLOB,
                    JSON -> value;
        };
    }

    /** Puts given values into rows of the table and fills in defaults. */
    private final class Rows {
        private final TableSpec table;
        private final int[] targets;
        private final TableWrite write;
        private final boolean[] given;
        private final Map<Integer, Object> defaults = new HashMap<>();
        private long number;

        Rows(TableSpec table, int[] targets, TableWrite write) {
            this.table = table;
            this.targets = targets;
            this.write = write;
            this.given = new boolean[table.columns().size()];
            for (int target : targets) {
                given[target] = true;
            }
        }

        void checkCount(int count, SqlText query) {
            if (count != targets.length) {
                throw new StatementException(
                        SqlState.COLUMN_COUNT_MISMATCH,
                        "Column count doesn't match value count at row 1",
                        query.at().position());
            }
        }

        Object[] begin() {
            number++;
            Object[] row = new Object[given.length];
            for (int i = 0; i < row.length; i++) {
                if (!given[i]) {
                    row[i] = defaultOf(i);
                }
            }
            return row;
        }

        void set(Object[] row, int index, Object value) {
            int target = targets[index];
            row[target] = Coercion.coerce(table.columns().get(target), value, number);
        }

        void setDefault(Object[] row, int index) {
            row[targets[index]] = defaultOf(targets[index]);
        }

        void end(Object[] row) {
            write.add(row);
        }

        void addDefaults() {
            number++;
            Object[] row = new Object[given.length];
            for (int i = 0; i < row.length; i++) {
                row[i] = defaultOf(i);
            }
            write.add(row);
        }

        private Object defaultOf(int index) {
            ColumnSpec column = table.columns().get(index);
            if (column.defaultValue().isEmpty()) {
                if (!column.nullable()) {
                    throw new StatementException(
                            SqlState.NO_DEFAULT, "Field '" + column.name() + "' doesn't have a default value");
                }
                return null;
            }
            // One value for all rows of the statement, as NOW() has.
            if (!defaults.containsKey(index)) {
                Object value =
                        engine.evaluate(column.defaultValue().orElseThrow().duckdb());
                defaults.put(index, Coercion.coerce(column, value, number));
            }
            return defaults.get(index);
        }
    }
}
