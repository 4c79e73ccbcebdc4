package dev.millrace.aggregator.plan;

import java.time.LocalDateTime;
import java.util.Optional;

/** What a query may ask about the session it runs in. Values are put into the plan as constants. */
public interface SessionValues {
    /** The current database, for tables without one and for {@code DATABASE()}. */
    Optional<String> database();

    /** {@code USER()}, for example {@code root@localhost}. */
    String user();

    /** {@code CONNECTION_ID()}. */
    long connectionId();

    /** {@code VERSION()}. */
    String version();

    /** The moment the statement began, in UTC: {@code NOW()} has one value in a statement. */
    LocalDateTime now();

    /**
     * A system variable, {@code @@name}.
     *
     * @param name in lower case, without {@code @@} and without {@code session.} or {@code global.}
     * @return a {@code String}, {@code Long}, {@code BigDecimal} or {@code Boolean}; empty if there is no such variable
     */
    Optional<Object> variable(String name);
}
