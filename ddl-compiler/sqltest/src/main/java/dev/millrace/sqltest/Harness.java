package dev.millrace.sqltest;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What a file runs on. */
public interface Harness {
    /** For {@code skipif} and {@code onlyif}. */
    String name();

    /** The connection that the next record uses. It belongs to the harness, which may answer another one each time. */
    Connection connection() throws SQLException;

    /**
     * A line that the runner does not know, such as {@code kill leaf 1}.
     *
     * @param words the line's words, never empty
     * @param body the lines under it
     * @throws UnsupportedOperationException if this harness does not know it either
     */
    default void command(List<String> words, List<String> body) throws Exception {
        throw new UnsupportedOperationException(String.join(" ", words));
    }

    /** One connection and no commands. */
    static Harness of(String name, Connection connection) {
        return new Harness() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Connection connection() {
                return connection;
            }
        };
    }
}
