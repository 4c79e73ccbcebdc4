package dev.millrace.jdbc;

import java.sql.Connection;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.calcite.avatica.AvaticaClientRuntimeException;
import org.apache.calcite.avatica.AvaticaFactory;
import org.apache.calcite.avatica.DriverVersion;
import org.apache.calcite.avatica.remote.Driver;

/**
 * Connects {@code jdbc:millrace://host[:port][,host[:port]…][/database][?option=value&…]}. Of several servers the first
 * that answers is taken. Options are Avatica's ({@code fetch_size}, {@code serialization}, …), {@code user} and {@code
 * database}.
 */
public final class MillraceDriver extends Driver {
    static final String NAME = "Millrace JDBC";
    static final String VERSION = "0.1";

    static {
        new MillraceDriver().register();
    }

    @Override
    protected AvaticaFactory createFactory() {
        return new MillraceFactory();
    }

    @Override
    protected String getConnectStringPrefix() {
        return MillraceUrl.PREFIX;
    }

    @Override
    protected DriverVersion createDriverVersion() {
        return new DriverVersion(NAME, VERSION, "Millrace", VERSION, false, 0, 1, 0, 1);
    }

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        MillraceUrl parts = MillraceUrl.of(url, info == null ? new Properties() : info);
        List<String> failures = new ArrayList<>();
        Throwable last = null;
        for (String server : parts.servers()) {
            Properties properties = new Properties();
            properties.putAll(parts.properties());
            properties.setProperty("url", server);
            try {
                // Options stay out of the text that Avatica keeps: a password may be among them.
                MillraceConnection connection = (MillraceConnection) super.connect(MillraceUrl.PREFIX, properties);
                connection.connected(url.contains("?") ? url.substring(0, url.indexOf('?')) : url);
                return connection;
            } catch (SQLException e) {
                if (e.getSQLState() != null
                        && !e.getSQLState().startsWith("08")
                        && !e.getSQLState().equals("00000")) {
                    throw e; // a server answered and does not want us
                }
                failures.add(server + ": " + e.getMessage());
                last = e;
            } catch (AvaticaClientRuntimeException e) {
                if (e.getErrorCode() > 0) {
                    throw new SQLException(e.getMessage(), e.getSqlState(), e.getErrorCode(), e);
                }
                failures.add(server + ": " + rootOf(e).getMessage());
                last = e;
            } catch (RuntimeException e) {
                failures.add(server + ": " + rootOf(e).getMessage());
                last = e;
            }
        }
        throw new SQLNonTransientConnectionException(
                "no Millrace answers at " + String.join("; ", failures), "08001", last);
    }

    private static Throwable rootOf(Throwable error) {
        Throwable root = error;
        for (int depth = 0; root.getCause() != null && depth < 20; depth++) {
            root = root.getCause();
        }
        return root;
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return List.of(
                        property("user", "who asks"),
                        property("database", "the current database; the URL's path says the same"),
                        property("fetch_size", "rows a request brings"),
                        property("serialization", "json or protobuf"))
                .toArray(DriverPropertyInfo[]::new);
    }

    private static DriverPropertyInfo property(String name, String description) {
        DriverPropertyInfo property = new DriverPropertyInfo(name, null);
        property.description = description;
        return property;
    }
}
