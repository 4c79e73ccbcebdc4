package dev.millrace.aggregator.jdbc;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.execute.LikePattern;
import dev.millrace.ddl.check.Catalog;
import dev.millrace.ddl.check.operator.Operators;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.type.SqlType;
import java.sql.DatabaseMetaData;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.MetaImpl;

/**
 * The part of {@code Meta} that answers {@code DatabaseMetaData}: from the catalog, which holds all of it. Databases are
 * schemas of one catalog, {@code def}, as in MySQL's information_schema. Seven calls travel over Avatica's wire; the
 * rest are answered empty by its client and never come here.
 */
abstract class MetadataMeta implements Meta {
    private static final String CATALOG = "def";

    private final ClientSessions sessions;

    MetadataMeta(ClientSessions sessions) {
        this.sessions = requireNonNull(sessions, "sessions");
    }

    ClientSessions sessions() {
        return sessions;
    }

    private Catalog catalog() {
        return sessions.statements().catalog();
    }

    private MetaResultSet answer(ConnectionHandle ch, Class<?> form, List<?> rows) {
        ClientConnection connection = sessions.connection(ch.id);
        return MetaResultSet.create(
                connection.id(),
                connection.nextStatementId(), // an id of its own: clients close it behind the result
                true,
                MetadataRows.signature(form),
                Frame.create(0, true, MetadataRows.rows(form, rows)));
    }

    @Override
    public Map<DatabaseProperty, Object> getDatabaseProperties(ConnectionHandle ch) {
        sessions.connection(ch.id);
        Map<DatabaseProperty, Object> properties = new EnumMap<>(DatabaseProperty.class);
        properties.put(DatabaseProperty.GET_DATABASE_PRODUCT_NAME, "Millrace");
        properties.put(DatabaseProperty.GET_DATABASE_PRODUCT_VERSION, "0.1");
        properties.put(DatabaseProperty.GET_DATABASE_MAJOR_VERSION, 0);
        properties.put(DatabaseProperty.GET_DATABASE_MINOR_VERSION, 1);
        properties.put(
                DatabaseProperty.GET_DEFAULT_TRANSACTION_ISOLATION, java.sql.Connection.TRANSACTION_READ_COMMITTED);
        properties.put(
                DatabaseProperty.GET_S_Q_L_KEYWORDS,
                "BATCH_INTERVAL,COLUMNSTORE,DATABASES,KAFKA,PARTITIONS,PIPELINE,PIPELINES,REFERENCE,SHARD,SHOW,TRANSFORM,USE");
        properties.put(DatabaseProperty.GET_NUMERIC_FUNCTIONS, names(Operators.Theme.NUMBERS));
        properties.put(DatabaseProperty.GET_STRING_FUNCTIONS, names(Operators.Theme.TEXT));
        properties.put(DatabaseProperty.GET_TIME_DATE_FUNCTIONS, names(Operators.Theme.TIME));
        properties.put(DatabaseProperty.GET_SYSTEM_FUNCTIONS, names(Operators.Theme.REST));
        return properties;
    }

    private static String names(Operators.Theme theme) {
        return String.join(",", Operators.functions(theme));
    }

    @Override
    public MetaResultSet getCatalogs(ConnectionHandle ch) {
        return answer(ch, MetaImpl.MetaCatalog.class, List.of(new MetaImpl.MetaCatalog(CATALOG)));
    }

    @Override
    public MetaResultSet getSchemas(ConnectionHandle ch, String catalog, Pat schemaPattern) {
        return answer(
                ch,
                MetaImpl.MetaSchema.class,
                databases(catalog, schemaPattern).stream()
                        .map(database -> new MetaImpl.MetaSchema(CATALOG, database.name()))
                        .toList());
    }

    @Override
    public MetaResultSet getTables(
            ConnectionHandle ch, String catalog, Pat schemaPattern, Pat tableNamePattern, List<String> typeList) {
        List<MetaImpl.MetaTable> rows = new ArrayList<>();
        for (DatabaseSpec database : databases(catalog, schemaPattern)) {
            String type = database.id() == 0 ? "SYSTEM TABLE" : "TABLE";
            if (typeList == null || typeList.isEmpty() || typeList.contains(type)) {
                catalog().tables(database.name()).stream()
                        .filter(table -> LikePattern.matches(tableNamePattern.s, table.name()))
                        .forEach(table ->
                                rows.add(new MetaImpl.MetaTable(CATALOG, database.name(), table.name(), type)));
            }
        }
        return answer(ch, MetaImpl.MetaTable.class, rows);
    }

    @Override
    public MetaResultSet getTableTypes(ConnectionHandle ch) {
        return answer(
                ch,
                MetaImpl.MetaTableType.class,
                List.of(new MetaImpl.MetaTableType("SYSTEM TABLE"), new MetaImpl.MetaTableType("TABLE")));
    }

    @Override
    public MetaResultSet getColumns(
            ConnectionHandle ch, String catalog, Pat schemaPattern, Pat tableNamePattern, Pat columnNamePattern) {
        List<MetaImpl.MetaColumn> rows = new ArrayList<>();
        for (DatabaseSpec database : databases(catalog, schemaPattern)) {
            for (TableSpec table : catalog().tables(database.name())) {
                if (LikePattern.matches(tableNamePattern.s, table.name())) {
                    for (int i = 0; i < table.columns().size(); i++) {
                        ColumnSpec column = table.columns().get(i);
                        if (LikePattern.matches(columnNamePattern.s, column.name())) {
                            rows.add(column(database, table, column, i + 1));
                        }
                    }
                }
            }
        }
        return answer(ch, MetaImpl.MetaColumn.class, rows);
    }

    private static MetaImpl.MetaColumn column(DatabaseSpec database, TableSpec table, ColumnSpec column, int ordinal) {
        SqlType type = column.type();
        boolean characters = type.isText();
        return new MetaImpl.MetaColumn(
                CATALOG,
                database.name(),
                table.name(),
                column.name(),
                WireTypes.jdbcType(type),
                type.kind().name(),
                WireTypes.precision(type),
                type.kind() == SqlType.Kind.DECIMAL ? Integer.valueOf(type.scale()) : null,
                type.isInteger() || type.kind() == SqlType.Kind.DECIMAL ? 10 : null,
                column.nullable() ? DatabaseMetaData.columnNullable : DatabaseMetaData.columnNoNulls,
                characters ? Integer.valueOf(WireTypes.precision(type) * 4) : null,
                ordinal,
                column.nullable() ? "YES" : "NO",
                "NO",
                "NO");
    }

    @Override
    public MetaResultSet getTypeInfo(ConnectionHandle ch) {
        List<MetaImpl.MetaTypeInfo> rows = new ArrayList<>();
        for (SqlType.Kind kind : SqlType.Kind.values()) {
            SqlType widest = switch (kind) {
                case DECIMAL -> SqlType.decimal(SqlType.PRECISION_MAX, SqlType.SCALE_MAX);
                case CHAR, BINARY -> SqlType.of(kind, SqlType.FIXED_LENGTH_MAX);
                case VARCHAR, VARBINARY -> SqlType.of(kind, SqlType.LENGTH_MAX);
                case DATETIME, TIMESTAMP -> SqlType.of(kind, SqlType.FRACTION_MAX);
                case BOOL, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, TEXT, BLOB, DATE, JSON -> SqlType.of(kind);
            };
            boolean quoted = widest.isText()
                    || kind == SqlType.Kind.DATE
                    || kind == SqlType.Kind.DATETIME
                    || kind == SqlType.Kind.TIMESTAMP;
            rows.add(new MetaImpl.MetaTypeInfo(
                    kind.name(),
                    WireTypes.jdbcType(widest),
                    WireTypes.precision(widest),
                    quoted ? "'" : null,
                    quoted ? "'" : null,
                    (short) DatabaseMetaData.typeNullable,
                    true,
                    (short) DatabaseMetaData.typeSearchable,
                    false,
                    kind == SqlType.Kind.DECIMAL,
                    false,
                    (short) 0,
                    (short) (kind == SqlType.Kind.DECIMAL ? SqlType.SCALE_MAX : 0),
                    widest.isInteger() || kind == SqlType.Kind.DECIMAL ? 10 : 0));
        }
        rows.sort(java.util.Comparator.comparingInt(row -> row.dataType));
        return answer(ch, MetaImpl.MetaTypeInfo.class, rows);
    }

    private List<DatabaseSpec> databases(String catalog, Pat pattern) {
        if (catalog != null && !catalog.isEmpty() && !catalog.equalsIgnoreCase(CATALOG)) {
            return List.of();
        }
        return catalog().databases().stream()
                .filter(database -> LikePattern.matches(pattern.s, database.name()))
                .toList();
    }

    private MetaResultSet none(ConnectionHandle ch, Class<?> form) {
        return answer(ch, form, List.of());
    }

    @Override
    public MetaResultSet getProcedures(ConnectionHandle ch, String catalog, Pat schema, Pat name) {
        return none(ch, MetaImpl.MetaProcedure.class);
    }

    @Override
    public MetaResultSet getProcedureColumns(ConnectionHandle ch, String catalog, Pat schema, Pat name, Pat column) {
        return none(ch, MetaImpl.MetaProcedureColumn.class);
    }

    @Override
    public MetaResultSet getColumnPrivileges(
            ConnectionHandle ch, String catalog, String schema, String table, Pat column) {
        return none(ch, MetaImpl.MetaColumnPrivilege.class);
    }

    @Override
    public MetaResultSet getTablePrivileges(ConnectionHandle ch, String catalog, Pat schema, Pat table) {
        return none(ch, MetaImpl.MetaTablePrivilege.class);
    }

    @Override
    public MetaResultSet getBestRowIdentifier(
            ConnectionHandle ch, String catalog, String schema, String table, int scope, boolean nullable) {
        return none(ch, MetaImpl.MetaBestRowIdentifier.class);
    }

    @Override
    public MetaResultSet getVersionColumns(ConnectionHandle ch, String catalog, String schema, String table) {
        return none(ch, MetaImpl.MetaVersionColumn.class);
    }

    @Override
    public MetaResultSet getPrimaryKeys(ConnectionHandle ch, String catalog, String schema, String table) {
        return none(ch, MetaImpl.MetaPrimaryKey.class);
    }

    @Override
    public MetaResultSet getImportedKeys(ConnectionHandle ch, String catalog, String schema, String table) {
        return none(ch, MetaImpl.MetaImportedKey.class);
    }

    @Override
    public MetaResultSet getExportedKeys(ConnectionHandle ch, String catalog, String schema, String table) {
        return none(ch, MetaImpl.MetaExportedKey.class);
    }

    @Override
    public MetaResultSet getCrossReference(
            ConnectionHandle ch,
            String parentCatalog,
            String parentSchema,
            String parentTable,
            String foreignCatalog,
            String foreignSchema,
            String foreignTable) {
        return none(ch, MetaImpl.MetaCrossReference.class);
    }

    @Override
    public MetaResultSet getIndexInfo(
            ConnectionHandle ch, String catalog, String schema, String table, boolean unique, boolean approximate) {
        return none(ch, MetaImpl.MetaIndexInfo.class);
    }

    @Override
    public MetaResultSet getUDTs(ConnectionHandle ch, String catalog, Pat schema, Pat name, int[] types) {
        return none(ch, MetaImpl.MetaUdt.class);
    }

    @Override
    public MetaResultSet getSuperTypes(ConnectionHandle ch, String catalog, Pat schema, Pat name) {
        return none(ch, MetaImpl.MetaSuperType.class);
    }

    @Override
    public MetaResultSet getSuperTables(ConnectionHandle ch, String catalog, Pat schema, Pat name) {
        return none(ch, MetaImpl.MetaSuperTable.class);
    }

    @Override
    public MetaResultSet getAttributes(ConnectionHandle ch, String catalog, Pat schema, Pat name, Pat attribute) {
        return none(ch, MetaImpl.MetaAttribute.class);
    }

    @Override
    public MetaResultSet getClientInfoProperties(ConnectionHandle ch) {
        return none(ch, MetaImpl.MetaClientInfoProperty.class);
    }

    @Override
    public MetaResultSet getFunctions(ConnectionHandle ch, String catalog, Pat schema, Pat name) {
        return none(ch, MetaImpl.MetaFunction.class);
    }

    @Override
    public MetaResultSet getFunctionColumns(ConnectionHandle ch, String catalog, Pat schema, Pat name, Pat column) {
        return none(ch, MetaImpl.MetaFunctionColumn.class);
    }

    @Override
    public MetaResultSet getPseudoColumns(ConnectionHandle ch, String catalog, Pat schema, Pat table, Pat column) {
        return none(ch, MetaImpl.MetaPseudoColumn.class);
    }
}
