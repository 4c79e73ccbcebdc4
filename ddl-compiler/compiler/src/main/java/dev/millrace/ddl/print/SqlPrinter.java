package dev.millrace.ddl.print;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.Assignment;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.CreateTable.Attribute;
import dev.millrace.ddl.CreateTable.ColumnDefinition;
import dev.millrace.ddl.CreateTable.KeyDefinition;
import dev.millrace.ddl.CreateTable.KeyPart;
import dev.millrace.ddl.CreateTable.TypeName;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.LoadData;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.Show;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.TableOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Writes statements. */
public final class SqlPrinter {
    private SqlPrinter() {}

    /** The statement in canonical form, credentials included. */
    public static String print(Statement statement) {
        return statement.match(new Printing());
    }

    /** {@code VALUES (…), (…)}, as a query. */
    public static String print(Insert.Values values) {
        return "VALUES " + joined(values.rows(), row -> "(" + joined(row, CellPrinter::print) + ")");
    }

    /** Clauses of CSV as ALTER PIPELINE has them: without FORMAT and columns. */
    public static String csvClauses(CreatePipeline.Csv csv, Optional<CreatePipeline.NullDefinedBy> marker) {
        return PipelinePrinter.csvClauses(csv, marker);
    }

    static <T> String joined(List<T> items, Function<T, String> text) {
        StringBuilder joined = new StringBuilder();
        for (T item : items) {
            joined.append(joined.isEmpty() ? "" : ", ").append(text.apply(item));
        }
        return joined.toString();
    }

    static String names(List<Identifier> names) {
        return "(" + joined(names, Quoting::name) + ")";
    }

    static String assignments(List<Assignment> assignments) {
        return joined(
                assignments,
                assignment -> Quoting.name(assignment.column()) + " = "
                        + assignment.value().sql());
    }

    static String clause(String words, Optional<SqlText> text) {
        return text.map(value -> " " + words + " " + value.sql()).orElse("");
    }

    private static final class Printing implements Statement.Cases<String> {
        @Override
        public String query(Statement.Query query) {
            return query.sql();
        }

        @Override
        public String explain(Statement.Explain explain) {
            return "EXPLAIN " + print(explain.statement());
        }

        @Override
        public String insert(Insert insert) {
            String verb = switch (insert.mode()) {
                case INSERT -> "INSERT INTO ";
                case INSERT_IGNORE -> "INSERT IGNORE INTO ";
                case REPLACE -> "REPLACE INTO ";
            };
            String source = insert.source().match(new Insert.SourceCases<>() {
                @Override
                public String values(Insert.Values values) {
                    return print(values);
                }

                @Override
                public String query(Insert.Rows rows) {
                    return rows.text().sql();
                }
            });
            return verb
                    + Quoting.name(insert.table())
                    + (insert.columns().isEmpty() ? "" : " " + names(insert.columns()))
                    + " " + source
                    + (insert.onDuplicate().isEmpty()
                            ? ""
                            : " ON DUPLICATE KEY UPDATE " + assignments(insert.onDuplicate()));
        }

        @Override
        public String update(Statement.Update update) {
            return "UPDATE " + Quoting.name(update.table())
                    + alias(update.alias())
                    + " SET " + assignments(update.assignments())
                    + clause("WHERE", update.where())
                    + clause("ORDER BY", update.orderBy())
                    + clause("LIMIT", update.limit());
        }

        @Override
        public String delete(Statement.Delete delete) {
            return "DELETE FROM " + Quoting.name(delete.table())
                    + alias(delete.alias())
                    + clause("WHERE", delete.where())
                    + clause("ORDER BY", delete.orderBy())
                    + clause("LIMIT", delete.limit());
        }

        private static String alias(Optional<Identifier> alias) {
            return alias.map(name -> " AS " + Quoting.name(name)).orElse("");
        }

        @Override
        public String createDatabase(Statement.CreateDatabase create) {
            return "CREATE DATABASE " + (create.ifNotExists() ? "IF NOT EXISTS " : "") + Quoting.name(create.name())
                    + (create.partitions().isPresent()
                            ? " PARTITIONS " + create.partitions().getAsInt()
                            : "")
                    + options(create.options());
        }

        @Override
        public String dropDatabase(Statement.DropDatabase drop) {
            return "DROP DATABASE " + (drop.ifExists() ? "IF EXISTS " : "") + Quoting.name(drop.name());
        }

        @Override
        public String use(Statement.Use use) {
            return "USE " + Quoting.name(use.database());
        }

        @Override
        public String createTable(CreateTable create) {
            CreateTable.Form form = create.form();
            return "CREATE " + form.storage().map(word -> word + " ").orElse("")
                    + (form.reference() ? "REFERENCE " : "")
                    + (form.temporary() ? "TEMPORARY " : "")
                    + "TABLE " + (create.ifNotExists() ? "IF NOT EXISTS " : "") + Quoting.name(create.table())
                    + " (" + joined(create.columns(), Printing::column)
                    + (create.columns().isEmpty() || create.keys().isEmpty() ? "" : ", ")
                    + joined(create.keys(), Printing::key) + ")"
                    + options(create.options());
        }

        private static String column(ColumnDefinition column) {
            StringBuilder text =
                    new StringBuilder(Quoting.name(column.name())).append(' ').append(type(column.type()));
            for (Attribute attribute : column.attributes()) {
                text.append(' ').append(attribute(attribute));
            }
            return text.toString();
        }

        private static String type(TypeName type) {
            return type.name()
                    + (type.arguments().isEmpty() ? "" : "(" + String.join(",", type.arguments()) + ")")
                    + (type.modifiers().isEmpty() ? "" : " " + String.join(" ", type.modifiers()));
        }

        private static String attribute(Attribute attribute) {
            String value = attribute.value().map(SqlText::sql).orElse("");
            return switch (attribute.kind()) {
                case NOT_NULL, NULL, PRIMARY_KEY, UNIQUE_KEY, KEY, AUTO_INCREMENT ->
                    attribute.kind().words();
                case DEFAULT, ON_UPDATE, COMMENT, COLLATE, REFERENCES, CHECK ->
                    attribute.kind().words() + " " + value;
                case COMPUTED -> value;
            };
        }

        private static String key(KeyDefinition key) {
            String rest = key.rest().map(text -> " " + text.sql()).orElse("");
            if (key.kind() == KeyDefinition.Kind.FOREIGN || key.kind() == KeyDefinition.Kind.CHECK) {
                return key.name()
                                .map(name -> "CONSTRAINT " + Quoting.name(name) + " ")
                                .orElse("")
                        + key.kind().words()
                        + rest;
            }
            return key.kind().words()
                    + key.name().map(name -> " " + Quoting.name(name)).orElse("")
                    + " (" + joined(key.columns(), Printing::part) + ")" + rest;
        }

        private static String part(KeyPart part) {
            return Quoting.name(part.column())
                    + (part.prefix().isPresent() ? "(" + part.prefix().getAsInt() + ")" : "")
                    + (part.descending() ? " DESC" : "");
        }

        private static String options(List<TableOption> options) {
            StringBuilder text = new StringBuilder();
            for (TableOption option : options) {
                text.append(' ').append(option.name()).append(" = ").append(option.value());
            }
            return text.toString();
        }

        @Override
        public String dropTable(Statement.DropTable drop) {
            return "DROP TABLE " + (drop.ifExists() ? "IF EXISTS " : "") + joined(drop.tables(), Quoting::name);
        }

        @Override
        public String kill(Statement.Kill kill) {
            return (kill.queryOnly() ? "KILL QUERY " : "KILL CONNECTION ") + kill.session();
        }

        @Override
        public String truncate(Statement.Truncate truncate) {
            return "TRUNCATE TABLE " + Quoting.name(truncate.table());
        }

        @Override
        public String createPipeline(CreatePipeline create) {
            return PipelinePrinter.print(create);
        }

        @Override
        public String loadData(LoadData load) {
            return PipelinePrinter.print(load);
        }

        @Override
        public String alterPipeline(AlterPipeline alter) {
            StringBuilder text = new StringBuilder("ALTER PIPELINE ").append(Quoting.name(alter.name()));
            for (AlterPipeline.Action action : alter.actions()) {
                text.append(' ').append(PipelinePrinter.action(action));
            }
            return text.toString();
        }

        @Override
        public String pipelineControl(PipelineControl control) {
            String condition = switch (control.verb()) {
                case START -> "IF NOT RUNNING ";
                case STOP -> "IF RUNNING ";
                case DROP, DETACH -> "IF EXISTS ";
                case START_ALL, START_FAILED, STOP_ALL, TEST, EXTRACT, PROFILE, SHOW_PROFILE, OPTIMIZE, CLEAR_ERRORS ->
                    "";
            };
            String name = control.name().map(Quoting::name).orElse("");
            String rest = control.rest();
            if (control.verb() == PipelineControl.Verb.SHOW_PROFILE) {
                boolean form = rest.startsWith("JSON") || rest.startsWith("UI");
                String first = form ? rest.split(" ", 2)[0] + " " : "";
                String behind = rest.substring(Math.min(rest.length(), first.length()));
                return ("SHOW PROFILE " + first + "PIPELINE " + name + " " + behind).strip();
            }
            if (control.verb() == PipelineControl.Verb.CLEAR_ERRORS && !name.isEmpty()) {
                name = "FOR " + name;
            }
            return (control.verb().words() + " " + (control.conditional() ? condition : "") + name + " " + rest)
                    .strip();
        }

        @Override
        public String show(Show show) {
            StringBuilder text = new StringBuilder("SHOW ");
            boolean extended = show.what() == Show.What.CREATE_PIPELINE;
            if (show.full() && !extended) {
                boolean global = show.what() == Show.What.VARIABLES || show.what() == Show.What.STATUS;
                text.append(global ? "GLOBAL " : "FULL ");
            }
            text.append(show.what().words());
            boolean from = show.what() == Show.What.COLUMNS || show.what() == Show.What.INDEX;
            show.subject()
                    .ifPresent(subject -> text.append(from ? " FROM " : " ").append(Quoting.name(subject)));
            show.database()
                    .ifPresent(database -> text.append(show.what() == Show.What.PARTITIONS ? " ON " : " FROM ")
                            .append(Quoting.name(database)));
            show.like().ifPresent(pattern -> text.append(" LIKE ").append(Quoting.string(pattern)));
            text.append(clause("WHERE", show.where())).append(clause("LIMIT", show.limit()));
            return text.append(show.full() && extended ? " EXTENDED" : "").toString();
        }

        @Override
        public String setVariables(Statement.SetVariables set) {
            return "SET " + joined(set.settings(), Printing::setting);
        }

        private static String setting(Statement.Setting setting) {
            String value = setting.value().sql();
            String scope = setting.scope() == Statement.Setting.Scope.GLOBAL ? "GLOBAL " : "";
            return switch (setting.name()) {
                case "names" -> "NAMES " + value;
                case "character set" -> "CHARACTER SET " + value;
                case "transaction" -> (scope.isEmpty() ? "SESSION " : scope) + "TRANSACTION " + value;
                default ->
                    setting.name().startsWith("@")
                            ? "@" + Quoting.name(setting.name().substring(1)) + " = " + value
                            : scope + Quoting.name(setting.name()) + " = " + value;
            };
        }

        @Override
        public String transaction(Statement.Transaction transaction) {
            return transaction.kind().name();
        }

        @Override
        public String other(Statement.Other other) {
            return other.text().sql();
        }
    }
}
