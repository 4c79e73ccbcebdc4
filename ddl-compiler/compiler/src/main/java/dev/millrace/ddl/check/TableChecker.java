package dev.millrace.ddl.check;

import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.CreateTable.Attribute;
import dev.millrace.ddl.CreateTable.ColumnDefinition;
import dev.millrace.ddl.CreateTable.KeyDefinition;
import dev.millrace.ddl.CreateTable.KeyPart;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * CREATE TABLE → {@link TableSpec}.
 *
 * <p>The shard key is what SHARD KEY says, else the primary key, else the first unique key, else none: then rows go
 * anywhere. Every unique key contains it, because a key is only enforced inside a partition; a reference table has none,
 * as each of its partitions holds every row.
 */
final class TableChecker {
    /** MySQL's. */
    private static final int COLUMNS_MAX = 4_096;

    private final CreateTable create;
    private final String database;
    private final List<Warning> warnings;

    private final Map<String, ColumnSpec> columns = new LinkedHashMap<>();
    private final List<Key> keys = new ArrayList<>();

    /** A unique key on its way to a spec. */
    private record Key(KeySpec spec, Place at) {}

    TableChecker(CreateTable create, String database, List<Warning> warnings) {
        this.create = create;
        this.database = database;
        this.warnings = warnings;
    }

    TableSpec check() {
        if (create.form().temporary()) {
            throw Later.unsupported("CREATE TEMPORARY TABLE", create.form().at());
        }
        create.keys().forEach(TableChecker::refuseLater);
        create.columns().forEach(this::column);
        if (columns.isEmpty()) {
            throw new StatementException(
                    SqlState.TABLE_WITHOUT_COLUMN,
                    "A table must have at least 1 column",
                    create.table().at().position());
        }
        inlineKeys();
        create.keys().forEach(this::key);
        keys.sort((a, b) -> Boolean.compare(b.spec().isPrimary(), a.spec().isPrimary()));
        List<String> shardKey = shardKey();
        TableOptions.check(create.options(), warnings);
        return new TableSpec(
                0,
                1,
                database,
                create.table().name().text(),
                create.form().reference(),
                List.copyOf(columns.values()),
                keys.stream().map(Key::spec).toList(),
                shardKey);
    }

    private static void refuseLater(KeyDefinition key) {
        switch (key.kind()) {
            case SORT, FULLTEXT, SPATIAL, FOREIGN, CHECK ->
                throw Later.unsupported(key.kind().words(), key.at());
            case PRIMARY, UNIQUE, SHARD, INDEX -> {}
        }
    }

    private void column(ColumnDefinition definition) {
        Identifier name = definition.name();
        Checker.checkName(name);
        if (columns.size() == COLUMNS_MAX) {
            throw new StatementException(
                    SqlState.TOO_MANY_COLUMNS, "Too many columns", name.at().position());
        }
        SqlType type = ColumnTypes.fold(definition.type(), warnings);
        boolean nullable = true;
        boolean saidNull = false;
        boolean primary = false;
        Optional<SqlText> defaultText = Optional.empty();
        for (Attribute attribute : definition.attributes()) {
            switch (attribute.kind()) {
                case NOT_NULL -> {
                    nullable = false;
                    saidNull = false;
                }
                case NULL -> {
                    nullable = true;
                    saidNull = true;
                }
                case PRIMARY_KEY, KEY -> primary = true;
                case UNIQUE_KEY -> {}
                case DEFAULT -> defaultText = attribute.value();
                case COMMENT -> warnings.add(TableOptions.ignored("COMMENT"));
                case COLLATE -> collation(attribute);
                case AUTO_INCREMENT, ON_UPDATE, COMPUTED, REFERENCES, CHECK ->
                    throw Later.unsupported(attribute.kind().words(), attribute.at());
            }
        }
        if (primary && saidNull) {
            throw primaryKeyNull(name.at());
        }
        boolean takesNull = nullable && !primary;
        ColumnSpec spec =
                new ColumnSpec(name.text(), type, takesNull, defaultValue(name, type, takesNull, defaultText));
        if (columns.put(TableSpec.fold(name.text()), spec) != null) {
            throw new StatementException(
                    SqlState.DUPLICATE_COLUMN,
                    "Duplicate column name '" + name.text() + "'",
                    name.at().position());
        }
    }

    private static Optional<SqlExpression> defaultValue(
            Identifier column, SqlType type, boolean nullable, Optional<SqlText> text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<SqlExpression> value = DefaultValue.compile(text.get(), type, column.text());
        if (value.isEmpty() && !nullable) {
            throw new StatementException(
                    SqlState.INVALID_DEFAULT,
                    "Invalid default value for '" + column.text() + "'",
                    text.get().at().position());
        }
        return value;
    }

    /** Text compares binary here, so only a binary collation says what happens. */
    private void collation(Attribute attribute) {
        String name = attribute.value().map(SqlText::sql).orElse("");
        String folded = name.replace("'", "").toLowerCase(Locale.ROOT);
        if (!folded.endsWith("_bin") && !folded.equals("binary")) {
            warnings.add(TableOptions.ignored("COLLATE " + name));
        }
    }

    private static StatementException primaryKeyNull(Place at) {
        return new StatementException(
                SqlState.PRIMARY_KEY_NULL, "All parts of a PRIMARY KEY must be NOT NULL", at.position());
    }

    private void inlineKeys() {
        for (ColumnDefinition definition : create.columns()) {
            List<String> column = List.of(definition.name().text());
            for (Attribute attribute : definition.attributes()) {
                if (attribute.kind() == Attribute.Kind.PRIMARY_KEY || attribute.kind() == Attribute.Kind.KEY) {
                    add(KeySpec.PRIMARY, column, attribute.at());
                } else if (attribute.kind() == Attribute.Kind.UNIQUE_KEY) {
                    add(freeName(definition.name().text()), column, attribute.at());
                }
            }
        }
    }

    private void key(KeyDefinition definition) {
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (KeyPart part : definition.columns()) {
            ColumnSpec column = keyColumn(part.column());
            if (part.prefix().isPresent() && definition.kind() != KeyDefinition.Kind.INDEX) {
                throw Later.unsupported(
                        "a key of a column's prefix", part.column().at());
            }
            if (!seen.add(TableSpec.fold(column.name()))) {
                throw new StatementException(
                        SqlState.DUPLICATE_COLUMN,
                        "Duplicate column name '" + column.name() + "'",
                        part.column().at().position());
            }
            names.add(column.name());
        }
        switch (definition.kind()) {
            case PRIMARY -> {
                notNull(definition);
                add(KeySpec.PRIMARY, names, definition.at());
            }
            case UNIQUE -> {
                Optional<Identifier> name = definition.name();
                name.ifPresent(this::newName);
                add(name.map(Identifier::text).orElseGet(() -> freeName(names.get(0))), names, definition.at());
            }
            case INDEX ->
                warnings.add(TableOptions.ignored(
                        definition.name().map(name -> "KEY " + name).orElse("KEY")));
            case SHARD, SORT, FULLTEXT, SPATIAL, FOREIGN, CHECK -> {}
        }
    }

    private ColumnSpec keyColumn(Identifier name) {
        ColumnSpec column = columns.get(TableSpec.fold(name.text()));
        if (column == null) {
            throw new StatementException(
                    SqlState.KEY_COLUMN_MISSING,
                    "Key column '" + name.text() + "' doesn't exist in table",
                    name.at().position());
        }
        if (column.type().kind() == SqlType.Kind.JSON) {
            throw Later.unsupported("a key of the JSON column '" + column.name() + "'", name.at());
        }
        return column;
    }

    /** A primary key makes its columns NOT NULL, unless they were said to be NULL. */
    private void notNull(KeyDefinition definition) {
        for (KeyPart part : definition.columns()) {
            String folded = TableSpec.fold(part.column().text());
            ColumnSpec column = columns.get(folded);
            boolean saidNull = create.columns().stream()
                    .filter(other -> TableSpec.fold(other.name().text()).equals(folded))
                    .flatMap(other -> other.attributes().stream())
                    .anyMatch(attribute -> attribute.kind() == Attribute.Kind.NULL);
            if (saidNull && column.nullable()) {
                throw primaryKeyNull(part.column().at());
            }
            columns.put(folded, new ColumnSpec(column.name(), column.type(), false, column.defaultValue()));
        }
    }

    private void add(String name, List<String> names, Place at) {
        if (name.equals(KeySpec.PRIMARY)
                && keys.stream().anyMatch(key -> key.spec().isPrimary())) {
            throw new StatementException(SqlState.MULTIPLE_PRIMARY_KEY, "Multiple primary key defined", at.position());
        }
        keys.add(new Key(new KeySpec(name, names), at));
    }

    private void newName(Identifier name) {
        Checker.checkName(name);
        if (taken(name.text()) || name.text().equalsIgnoreCase(KeySpec.PRIMARY)) {
            throw new StatementException(
                    SqlState.DUPLICATE_KEY_NAME,
                    "Duplicate key name '" + name.text() + "'",
                    name.at().position());
        }
    }

    private boolean taken(String name) {
        return keys.stream().anyMatch(key -> key.spec().name().equalsIgnoreCase(name));
    }

    /** MySQL's name for a key without one: its first column's, with a number if that is taken. */
    private String freeName(String column) {
        String base = column.equalsIgnoreCase(KeySpec.PRIMARY) ? column + "_2" : column;
        String name = base;
        for (int i = 2; taken(name); i++) {
            name = column + "_" + i;
        }
        return name;
    }

    private List<String> shardKey() {
        List<KeyDefinition> said = create.keys().stream()
                .filter(key -> key.kind() == KeyDefinition.Kind.SHARD)
                .toList();
        if (said.size() > 1) {
            throw new StatementException(
                    SqlState.MULTIPLE_SHARD_KEY,
                    "Multiple shard key defined",
                    said.get(1).at().position());
        }
        if (create.form().reference()) {
            if (!said.isEmpty()) {
                throw Later.unsupported(
                        "SHARD KEY of a reference table", said.get(0).at());
            }
            return List.of();
        }
        if (said.isEmpty()) {
            List<String> implied =
                    keys.isEmpty() ? List.of() : keys.get(0).spec().columns();
            keys.forEach(key -> contains(key, implied));
            return implied;
        }
        List<String> shardKey = said.get(0).columns().stream()
                .map(part -> keyColumn(part.column()).name())
                .toList();
        keys.forEach(key -> contains(key, shardKey));
        return shardKey;
    }

    private static void contains(Key key, List<String> shardKey) {
        Set<String> names = new HashSet<>();
        key.spec().columns().forEach(name -> names.add(TableSpec.fold(name)));
        boolean enforceable =
                !shardKey.isEmpty() && shardKey.stream().allMatch(name -> names.contains(TableSpec.fold(name)));
        if (!enforceable) {
            throw new StatementException(
                    SqlState.UNIQUE_KEY_NEEDS_SHARD_KEY,
                    "A " + (key.spec().isPrimary() ? "PRIMARY KEY" : "UNIQUE KEY")
                            + " must include all columns of the table's shard key, which is ("
                            + String.join(", ", shardKey) + ")",
                    key.at().position());
        }
    }
}
