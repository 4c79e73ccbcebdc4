package dev.millrace.ddl.check;

import static java.util.Objects.requireNonNull;

import dev.millrace.ddl.Place;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.PipelineSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What ALTER PIPELINE comes to.
 *
 * @param offsets where reading goes on, if that changes
 * @param forgotten partitions that are to be read from their beginning
 * @param orphans whether partitions that the source no longer has are forgotten, too
 * @param at where an error of the offsets belongs
 */
public record AlteredPipeline(
        PipelineSpec spec,
        Credentials credentials,
        Optional<NewOffsets> offsets,
        Set<String> forgotten,
        boolean orphans,
        List<Warning> warnings,
        Place at) {
    public AlteredPipeline {
        requireNonNull(spec, "spec");
        requireNonNull(credentials, "credentials");
        requireNonNull(offsets, "offsets");
        forgotten = Set.copyOf(forgotten);
        warnings = List.copyOf(warnings);
        requireNonNull(at, "at");
    }

    /** Whether it says where to read, so that nothing of the running job may be decided any more. */
    public boolean movesCursors() {
        return offsets.isPresent() || orphans || !forgotten.isEmpty();
    }
}
