package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

/**
 * An option of CREATE or ALTER PIPELINE.
 *
 * @param value as it prints: a number, a word, a quoted string
 */
public record PipelineOption(Kind kind, String value, Place at) {
    /** Options. */
    public enum Kind {
        BATCH_INTERVAL("BATCH_INTERVAL"),
        MAX_PARTITIONS_PER_BATCH("MAX_PARTITIONS_PER_BATCH"),
        MAX_RETRIES_PER_BATCH_PARTITION("MAX_RETRIES_PER_BATCH_PARTITION"),
        MAX_OFFSETS_PER_BATCH_PARTITION("MAX_OFFSETS_PER_BATCH_PARTITION"),
        RESOURCE_POOL("RESOURCE POOL"),
        RETRY_OPTIONS("RETRY_OPTIONS"),
        STOP_ON_ERROR("STOP_ON_ERROR"),
        /** Number of tasks; ours. */
        PARALLELISM("PARALLELISM"),
        /** Value ENABLE or DISABLE, which is written first. */
        OUT_OF_ORDER_OPTIMIZATION("OUT_OF_ORDER OPTIMIZATION"),
        /** Value ENABLE or DISABLE, which is written first. */
        OFFSETS_METADATA_GC("OFFSETS METADATA GC"),
        BATCH_MATCHES_SNAPSHOT("BATCH_MATCHES_SNAPSHOT");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** As it is written. */
        public String words() {
            return words;
        }
    }

    public PipelineOption {
        requireNonNull(kind, "kind");
        requireNonNull(value, "value");
        requireNonNull(at, "at");
    }
}
