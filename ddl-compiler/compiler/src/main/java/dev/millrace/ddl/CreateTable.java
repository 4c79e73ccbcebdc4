package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** CREATE TABLE. */
public record CreateTable(
        Form form,
        boolean ifNotExists,
        ObjectName table,
        List<ColumnDefinition> columns,
        List<KeyDefinition> keys,
        List<TableOption> options)
        implements Statement {
    /** @param storage ROWSTORE or COLUMNSTORE where it was said; both are the same here */
    public record Form(Optional<String> storage, boolean reference, boolean temporary, Place at) {
        public Form {
            requireNonNull(storage, "storage");
            requireNonNull(at, "at");
        }
    }

    public CreateTable {
        requireNonNull(form, "form");
        requireNonNull(table, "table");
        columns = List.copyOf(columns);
        keys = List.copyOf(keys);
        options = List.copyOf(options);
    }

    @Override
    public <R> R match(Cases<R> cases) {
        return cases.createTable(this);
    }

    /** @param attributes in the order written, which means nothing */
    public record ColumnDefinition(Identifier name, TypeName type, List<Attribute> attributes) {
        public ColumnDefinition {
            requireNonNull(name, "name");
            requireNonNull(type, "type");
            attributes = List.copyOf(attributes);
        }
    }

    /**
     * A type in the words it was written in.
     *
     * @param name upper case, single spaces: {@code DOUBLE PRECISION}
     * @param arguments what stands in parentheses, as it prints: numbers, or the strings of ENUM and SET
     * @param modifiers upper case: {@code UNSIGNED}, {@code ZEROFILL}, {@code CHARACTER SET utf8mb4}, …
     */
    public record TypeName(String name, List<String> arguments, List<String> modifiers, Place at) {
        public TypeName {
            requireNonNull(name, "name");
            arguments = List.copyOf(arguments);
            modifiers = List.copyOf(modifiers);
            requireNonNull(at, "at");
        }
    }

    /**
     * What stands behind a column's type.
     *
     * @param value the DEFAULT's expression, the COMMENT's string, …; empty where the kind says it all
     */
    public record Attribute(Kind kind, Optional<SqlText> value, Place at) {
        /** Kinds of attributes; those with a value say so. */
        public enum Kind {
            NOT_NULL("NOT NULL"),
            NULL("NULL"),
            PRIMARY_KEY("PRIMARY KEY"),
            UNIQUE_KEY("UNIQUE KEY"),
            KEY("KEY"),
            AUTO_INCREMENT("AUTO_INCREMENT"),
            /** With a value. */
            DEFAULT("DEFAULT"),
            /** With a value. */
            ON_UPDATE("ON UPDATE"),
            /** With a value. */
            COMMENT("COMMENT"),
            /** With a value. */
            COLLATE("COLLATE"),
            /** With a value: everything from AS. */
            COMPUTED("computed column"),
            /** With a value: everything behind REFERENCES. */
            REFERENCES("REFERENCES"),
            /** With a value: everything behind CHECK. */
            CHECK("CHECK");

            private final String words;

            Kind(String words) {
                this.words = words;
            }

            /** As it is written. */
            public String words() {
                return words;
            }
        }

        public Attribute {
            requireNonNull(kind, "kind");
            requireNonNull(value, "value");
            requireNonNull(at, "at");
        }
    }

    /**
     * A key among the columns.
     *
     * @param columns empty only for SHARD KEY () and where {@code rest} says it all
     * @param rest what follows and means nothing here ({@code USING HASH}), or all of FOREIGN KEY and CHECK
     */
    public record KeyDefinition(
            Kind kind, Optional<Identifier> name, List<KeyPart> columns, Optional<SqlText> rest, Place at) {
        /** Kinds of keys. */
        public enum Kind {
            PRIMARY("PRIMARY KEY"),
            UNIQUE("UNIQUE KEY"),
            SHARD("SHARD KEY"),
            SORT("SORT KEY"),
            INDEX("KEY"),
            FULLTEXT("FULLTEXT KEY"),
            SPATIAL("SPATIAL KEY"),
            FOREIGN("FOREIGN KEY"),
            CHECK("CHECK");

            private final String words;

            Kind(String words) {
                this.words = words;
            }

            /** As it is written. */
            public String words() {
                return words;
            }
        }

        public KeyDefinition {
            requireNonNull(kind, "kind");
            requireNonNull(name, "name");
            columns = List.copyOf(columns);
            requireNonNull(rest, "rest");
            requireNonNull(at, "at");
        }
    }

    /** @param prefix characters of the column that count; empty: all */
    public record KeyPart(Identifier column, OptionalInt prefix, boolean descending) {
        public KeyPart {
            requireNonNull(column, "column");
            requireNonNull(prefix, "prefix");
        }
    }
}
