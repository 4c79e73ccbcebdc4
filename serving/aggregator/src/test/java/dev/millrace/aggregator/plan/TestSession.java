package dev.millrace.aggregator.plan;

import java.time.LocalDateTime;
import java.util.Optional;

/** A session whose values never change. */
record TestSession(Optional<String> database) implements SessionValues {
    static final TestSession SHOP = new TestSession(Optional.of("shop"));

    @Override
    public String user() {
        return "root@localhost";
    }

    @Override
    public long connectionId() {
        return 7;
    }

    @Override
    public String version() {
        return "8.0.99-millrace";
    }

    @Override
    public LocalDateTime now() {
        return LocalDateTime.of(2026, 2, 3, 4, 5, 6, 789_012_000);
    }

    @Override
    public Optional<Object> variable(String name) {
        return name.equals("max_allowed_packet") ? Optional.of(16_777_216L) : Optional.empty();
    }
}
