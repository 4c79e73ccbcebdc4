package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * START, STOP, DROP and the other verbs for pipelines.
 *
 * @param conditional IF NOT RUNNING, IF RUNNING, IF EXISTS: whichever goes with the verb
 * @param name empty for the verbs that mean all pipelines, and for CLEAR without FOR
 * @param rest what the verb has behind the name, as it prints: {@code FOREGROUND LIMIT 1 BATCHES}, {@code DETACH},
 *     {@code LIMIT 10}, {@code INTO OUTFILE 'f'}; empty if nothing
 */
public record PipelineControl(Verb verb, boolean conditional, Optional<ObjectName> name, String rest, Place at)
        implements Statement {
    /** Verbs. */
    public enum Verb {
        START("START PIPELINE"),
        START_ALL("START ALL PIPELINES"),
        START_FAILED("START FAILED PIPELINES"),
        STOP("STOP PIPELINE"),
        STOP_ALL("STOP ALL PIPELINES"),
        DROP("DROP PIPELINE"),
        DETACH("DETACH PIPELINE"),
        TEST("TEST PIPELINE"),
        EXTRACT("EXTRACT PIPELINE"),
        PROFILE("PROFILE PIPELINE"),
        SHOW_PROFILE("SHOW PROFILE PIPELINE"),
        OPTIMIZE("OPTIMIZE PIPELINE"),
        CLEAR_ERRORS("CLEAR PIPELINE ERRORS");

        private final String words;

        Verb(String words) {
            this.words = words;
        }

        /** As it is written. */
        public String words() {
            return words;
        }
    }

    public PipelineControl {
        requireNonNull(verb, "verb");
        requireNonNull(name, "name");
        requireNonNull(rest, "rest");
        requireNonNull(at, "at");
    }

    @Override
    public <R> R match(Cases<R> cases) {
        return cases.pipelineControl(this);
    }
}
