package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;

/** A leaf's Flight door: {@code HOST:PORT}. */
public record Endpoint(String host, int port) {
    public Endpoint {
        requireNonNull(host, "host");
        if (port < 1 || port > 65_535) {
            throw new StatementException(SqlState.WRONG_CONFIG, "port " + port + " of " + host);
        }
    }

    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            return new Endpoint(text.substring(0, Math.max(colon, 0)), Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new StatementException(SqlState.WRONG_CONFIG, "'" + text + "' is not HOST:PORT", e);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
