package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What a user said, unjudged: whether it can be done is {@link dev.millrace.ddl.check}'s business. */
public sealed interface Statement
        permits AlterPipeline,
                CreatePipeline,
                CreateTable,
                Insert,
                LoadData,
                PipelineControl,
                Show,
                Statement.CreateDatabase,
                Statement.Delete,
                Statement.DropDatabase,
                Statement.DropTable,
                Statement.Explain,
                Statement.Kill,
                Statement.Other,
                Statement.Query,
                Statement.SetVariables,
                Statement.Transaction,
                Statement.Truncate,
                Statement.Update,
                Statement.Use {
    <R> R match(Cases<R> cases);

    /** One method for each kind of statement. */
    interface Cases<R> {
        R query(Query query);

        R explain(Explain explain);

        R insert(Insert insert);

        R update(Update update);

        R delete(Delete delete);

        R createDatabase(CreateDatabase create);

        R dropDatabase(DropDatabase drop);

        R use(Use use);

        R createTable(CreateTable create);

        R dropTable(DropTable drop);

        R truncate(Truncate truncate);

        R createPipeline(CreatePipeline create);

        R loadData(LoadData load);

        R alterPipeline(AlterPipeline alter);

        R pipelineControl(PipelineControl control);

        R show(Show show);

        R setVariables(SetVariables set);

        R transaction(Transaction transaction);

        R kill(Kill kill);

        R other(Other other);
    }

    /**
     * SELECT, VALUES, TABLE, WITH or a set operation. It stays text; the planner parses it with {@code
     * ddl.parser.SqlParsers}.
     */
    record Query(String sql, Place at) implements Statement {
        public Query {
            requireNonNull(sql, "sql");
            requireNonNull(at, "at");
        }

        public SqlText text() {
            return new SqlText(sql, at);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.query(this);
        }
    }

    /** EXPLAIN of another statement. EXPLAIN of a table is {@link Show}. */
    record Explain(Statement statement) implements Statement {
        public Explain {
            requireNonNull(statement, "statement");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.explain(this);
        }
    }

    /** @param where empty: every row */
    record Update(
            ObjectName table,
            Optional<Identifier> alias,
            List<Assignment> assignments,
            Optional<SqlText> where,
            Optional<SqlText> orderBy,
            Optional<SqlText> limit)
            implements Statement {
        public Update {
            requireNonNull(table, "table");
            requireNonNull(alias, "alias");
            assignments = List.copyOf(assignments);
            requireNonNull(where, "where");
            requireNonNull(orderBy, "orderBy");
            requireNonNull(limit, "limit");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.update(this);
        }
    }

    /** @param where empty: every row */
    record Delete(
            ObjectName table,
            Optional<Identifier> alias,
            Optional<SqlText> where,
            Optional<SqlText> orderBy,
            Optional<SqlText> limit)
            implements Statement {
        public Delete {
            requireNonNull(table, "table");
            requireNonNull(alias, "alias");
            requireNonNull(where, "where");
            requireNonNull(orderBy, "orderBy");
            requireNonNull(limit, "limit");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.delete(this);
        }
    }

    /** @param partitions empty: the default number */
    record CreateDatabase(boolean ifNotExists, Identifier name, OptionalInt partitions, List<TableOption> options)
            implements Statement {
        public CreateDatabase {
            requireNonNull(name, "name");
            requireNonNull(partitions, "partitions");
            options = List.copyOf(options);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.createDatabase(this);
        }
    }

    /** DROP DATABASE. */
    record DropDatabase(boolean ifExists, Identifier name) implements Statement {
        public DropDatabase {
            requireNonNull(name, "name");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dropDatabase(this);
        }
    }

    /** USE. */
    record Use(Identifier database) implements Statement {
        public Use {
            requireNonNull(database, "database");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.use(this);
        }
    }

    /** @param tables never empty */
    record DropTable(boolean ifExists, List<ObjectName> tables) implements Statement {
        public DropTable {
            tables = List.copyOf(tables);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dropTable(this);
        }
    }

    /** TRUNCATE TABLE. */
    record Truncate(ObjectName table) implements Statement {
        public Truncate {
            requireNonNull(table, "table");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.truncate(this);
        }
    }

    /** SET. */
    record SetVariables(List<Setting> settings) implements Statement {
        public SetVariables {
            settings = List.copyOf(settings);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.setVariables(this);
        }
    }

    /**
     * One variable of a SET.
     *
     * @param name in lower case; {@code names}, {@code character set} and {@code transaction} stand for the forms of SET
     *     that have no {@code =}, {@code @x} for a user variable
     * @param value an expression, or the words behind the name
     */
    record Setting(Scope scope, String name, SqlText value, Place at) {
        /** Whom a variable is set for. */
        public enum Scope {
            SESSION,
            GLOBAL
        }

        public Setting {
            requireNonNull(scope, "scope");
            requireNonNull(name, "name");
            requireNonNull(value, "value");
            requireNonNull(at, "at");
        }
    }

    /** BEGIN, COMMIT, ROLLBACK. */
    record Transaction(Kind kind, Place at) implements Statement {
        /** START TRANSACTION is BEGIN. */
        public enum Kind {
            BEGIN,
            COMMIT,
            ROLLBACK
        }

        public Transaction {
            requireNonNull(kind, "kind");
            requireNonNull(at, "at");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.transaction(this);
        }
    }

    /**
     * KILL.
     *
     * @param queryOnly the session's statements end, not the session
     * @param session what CONNECTION_ID() answers there
     */
    record Kill(boolean queryOnly, long session, Place at) implements Statement {
        public Kill {
            requireNonNull(at, "at");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.kill(this);
        }
    }

    /**
     * A statement that MySQL or MemSQL knows and Millrace only recognizes, so that it can be refused by its name.
     *
     * @param name its first words in upper case: {@code CREATE VIEW}
     * @param text all of it
     */
    record Other(String name, SqlText text) implements Statement {
        public Other {
            requireNonNull(name, "name");
            requireNonNull(text, "text");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.other(this);
        }
    }
}
