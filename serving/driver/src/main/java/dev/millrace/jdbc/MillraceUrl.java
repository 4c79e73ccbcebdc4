package dev.millrace.jdbc;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code jdbc:millrace://host[:port][,host[:port]…][/database][?option=value&…]}, taken apart.
 *
 * @param servers {@code http://host:port}, never empty
 * @param properties what Avatica's driver is told, without its own {@code url}
 */
record MillraceUrl(List<String> servers, Properties properties) {
    static final String PREFIX = "jdbc:millrace:";

    private static final int PORT_DEFAULT = 8765;

    /** Longer than a query may take on a server that was told nothing else; Avatica's three minutes are less. */
    private static final String RESPONSE_MILLIS = "900000";

    private static final Pattern FORM =
            Pattern.compile("//(?<hosts>[^/?]*)(?:/(?<database>[^?]*))?(?:\\?(?<options>.*))?");
    private static final Pattern HOST =
            Pattern.compile("(?<name>\\[[0-9a-fA-F:.%]+]|[^:\\[\\]]+)?(?::(?<port>\\d{1,5}))?");

    /**
     * Takes a URL apart.
     *
     * @param info wins over the URL's options
     * @throws SQLException 08001 that names the wrong part
     */
    static MillraceUrl of(String url, Properties info) throws SQLException {
        Matcher form = FORM.matcher(url.substring(PREFIX.length()));
        if (!form.matches()) {
            throw wrong(url, "it is not " + PREFIX + "//host:port/database?option=value");
        }
        List<String> servers = new ArrayList<>();
        for (String host : form.group("hosts").split(",", -1)) {
            servers.add(server(url, host));
        }
        Properties properties = new Properties();
        // JSON is several times faster than Avatica's default, and exact.
        properties.setProperty("serialization", "json");
        properties.setProperty("timestamps", "micros");
        properties.setProperty("http_response_timeout", RESPONSE_MILLIS);
        String database = form.group("database");
        if (database != null && !database.isEmpty()) {
            properties.setProperty("database", decoded(url, database));
        }
        String options = form.group("options");
        if (options != null && !options.isEmpty()) {
            for (String option : options.split("&", -1)) {
                int equals = option.indexOf('=');
                if (equals <= 0) {
                    throw wrong(url, "the option '" + option + "' is not name=value");
                }
                properties.setProperty(
                        decoded(url, option.substring(0, equals)), decoded(url, option.substring(equals + 1)));
            }
        }
        info.stringPropertyNames().forEach(name -> properties.setProperty(name, info.getProperty(name)));
        return new MillraceUrl(List.copyOf(servers), properties);
    }

    private static String server(String url, String host) throws SQLException {
        Matcher parts = HOST.matcher(host);
        if (!parts.matches()) {
            throw wrong(url, "'" + host + "' is not host:port");
        }
        String name = parts.group("name") == null ? "127.0.0.1" : parts.group("name");
        int port = parts.group("port") == null ? PORT_DEFAULT : Integer.parseInt(parts.group("port"));
        if (port == 0 || port > 65_535) {
            throw wrong(url, "there is no port " + port);
        }
        return "http://" + name + ":" + port;
    }

    private static String decoded(String url, String text) throws SQLException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong(url, "'" + text + "' has a % that is no code");
        }
    }

    /** The URL is repeated without its options: a password may stand there. */
    private static SQLException wrong(String url, String why) {
        int options = url.indexOf('?');
        String shown = options < 0 ? url : url.substring(0, options) + "?…";
        return new SQLException("cannot read '" + shown + "': " + why, "08001");
    }
}
