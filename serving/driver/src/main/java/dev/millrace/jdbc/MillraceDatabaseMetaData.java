package dev.millrace.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.calcite.avatica.AvaticaDatabaseMetaData;

/**
 * What tools ask before they write SQL. Avatica's own answers are its client's constants or empty where its wire has no
 * request; keys, indexes and functions are asked of the server here. Databases are schemas of one catalog, {@code def}.
 */
final class MillraceDatabaseMetaData extends AvaticaDatabaseMetaData {
    private static final String CATALOG = "def";
    private static final int NAME_LENGTH_MAX = 64;

    private final MillraceConnection connection;

    MillraceDatabaseMetaData(MillraceConnection connection) {
        super(connection);
        this.connection = connection;
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public String getURL() {
        return connection.url();
    }

    @Override
    public String getUserName() {
        return connection.user();
    }

    @Override
    public String getDatabaseProductName() {
        return "Millrace";
    }

    @Override
    public String getDatabaseProductVersion() throws SQLException {
        return connection.serverVersion();
    }

    @Override
    public String getIdentifierQuoteString() {
        return "`";
    }

    @Override
    public String getExtraNameCharacters() {
        return "$";
    }

    @Override
    public String getSearchStringEscape() {
        return "\\";
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public boolean supportsTransactions() {
        return false;
    }

    @Override
    public boolean supportsTransactionIsolationLevel(int level) {
        return level == Connection.TRANSACTION_READ_COMMITTED;
    }

    @Override
    public boolean supportsMultipleTransactions() {
        return false;
    }

    @Override
    public boolean supportsDataManipulationTransactionsOnly() {
        return false;
    }

    @Override
    public boolean supportsBatchUpdates() {
        return true;
    }

    @Override
    public boolean supportsGetGeneratedKeys() {
        return false;
    }

    @Override
    public boolean storesMixedCaseIdentifiers() {
        return true;
    }

    @Override
    public boolean storesUpperCaseIdentifiers() {
        return false;
    }

    @Override
    public boolean storesMixedCaseQuotedIdentifiers() {
        return true;
    }

    @Override
    public boolean supportsMixedCaseIdentifiers() {
        return false;
    }

    @Override
    public boolean supportsMixedCaseQuotedIdentifiers() {
        return false;
    }

    @Override
    public boolean supportsSchemasInDataManipulation() {
        return true;
    }

    @Override
    public boolean supportsSchemasInTableDefinitions() {
        return true;
    }

    @Override
    public boolean supportsCatalogsInDataManipulation() {
        return false;
    }

    @Override
    public boolean supportsCatalogsInTableDefinitions() {
        return false;
    }

    @Override
    public String getSchemaTerm() {
        return "database";
    }

    @Override
    public boolean nullsAreSortedLow() {
        return true;
    }

    @Override
    public boolean nullsAreSortedHigh() {
        return false;
    }

    @Override
    public int getMaxColumnNameLength() {
        return NAME_LENGTH_MAX;
    }

    @Override
    public int getMaxTableNameLength() {
        return NAME_LENGTH_MAX;
    }

    @Override
    public int getMaxSchemaNameLength() {
        return NAME_LENGTH_MAX;
    }

    @Override
    public ResultSet getPrimaryKeys(String catalog, String schema, String table) throws SQLException {
        return keys("""
                SELECT TABLE_CATALOG AS TABLE_CAT, TABLE_SCHEMA AS TABLE_SCHEM, TABLE_NAME, COLUMN_NAME,
                    SEQ_IN_INDEX AS KEY_SEQ, INDEX_NAME AS PK_NAME
                FROM information_schema.STATISTICS
                WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND INDEX_NAME = 'PRIMARY' ORDER BY COLUMN_NAME""", schema, table);
    }

    @Override
    public ResultSet getIndexInfo(String catalog, String schema, String table, boolean unique, boolean approximate)
            throws SQLException {
        return keys("""
                SELECT TABLE_CATALOG AS TABLE_CAT, TABLE_SCHEMA AS TABLE_SCHEM, TABLE_NAME, NON_UNIQUE = 1 AS NON_UNIQUE,
                    TABLE_CATALOG AS INDEX_QUALIFIER, INDEX_NAME, %d AS TYPE, SEQ_IN_INDEX AS ORDINAL_POSITION, COLUMN_NAME,
                    NULL AS ASC_OR_DESC, CARDINALITY, 0 AS PAGES, NULL AS FILTER_CONDITION
                FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? %s
                ORDER BY NON_UNIQUE, INDEX_NAME, SEQ_IN_INDEX""".formatted(DatabaseMetaData.tableIndexOther, unique ? "AND NON_UNIQUE = 0" : ""), schema, table);
    }

    /** Rows of a table's keys. Without a schema the current database is meant. */
    private ResultSet keys(String sql, String schema, String table) throws SQLException {
        String database = schema == null || schema.isEmpty() ? connection.currentDatabase() : schema;
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            statement.setString(1, database);
            statement.setString(2, table);
            statement.closeOnCompletion();
            return statement.executeQuery();
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    @Override
    public ResultSet getFunctions(String catalog, String schemaPattern, String namePattern) throws SQLException {
        Pattern wanted = like(namePattern);
        List<List<Object>> rows = new ArrayList<>();
        if (catalog == null || catalog.isEmpty() || catalog.equalsIgnoreCase(CATALOG)) {
            String all = String.join(
                    ",", getNumericFunctions(), getStringFunctions(), getSystemFunctions(), getTimeDateFunctions());
            all.lines()
                    .flatMap(line -> Pattern.compile(",").splitAsStream(line))
                    .filter(name -> !name.isEmpty() && wanted.matcher(name).matches())
                    .distinct()
                    .sorted()
                    .forEach(name -> {
                        List<Object> row = new ArrayList<>();
                        row.add(CATALOG);
                        row.add(null);
                        row.add(name);
                        row.add("");
                        row.add((short) DatabaseMetaData.functionNoTable);
                        row.add(name);
                        rows.add(row);
                    });
        }
        return connection.rows(
                List.of(
                        new MillraceConnection.Column("FUNCTION_CAT", String.class),
                        new MillraceConnection.Column("FUNCTION_SCHEM", String.class),
                        new MillraceConnection.Column("FUNCTION_NAME", String.class),
                        new MillraceConnection.Column("REMARKS", String.class),
                        new MillraceConnection.Column("FUNCTION_TYPE", Short.class),
                        new MillraceConnection.Column("SPECIFIC_NAME", String.class)),
                rows);
    }

    /** A metadata pattern ({@code %}, {@code _}, escaped by {@code \}); null matches all. */
    private static Pattern like(String pattern) {
        StringBuilder regex = new StringBuilder();
        String given = pattern == null ? "%" : pattern.toUpperCase(Locale.ROOT);
        for (int i = 0; i < given.length(); i++) {
            char c = given.charAt(i);
            if (c == '\\' && i + 1 < given.length()) {
                i++;
                regex.append(Pattern.quote(String.valueOf(given.charAt(i))));
            } else {
                regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE);
    }
}
