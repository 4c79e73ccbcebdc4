package dev.millrace.ddl.check;

import static java.util.Objects.requireNonNull;

import dev.millrace.ddl.Warning;
import java.util.List;
import java.util.Optional;

/**
 * What a CREATE comes to.
 *
 * @param spec with id 0; empty: it exists and IF NOT EXISTS was said, so there is nothing to do
 * @param warnings what SHOW WARNINGS lists afterwards
 */
public record Checked<T>(Optional<T> spec, List<Warning> warnings) {
    public Checked {
        requireNonNull(spec, "spec");
        warnings = List.copyOf(warnings);
    }
}
