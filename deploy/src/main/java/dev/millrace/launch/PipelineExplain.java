package dev.millrace.launch;

import dev.millrace.spec.BatchLimits;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RetrySpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;

/** What a pipeline will do, for people: {@code millrace compile --explain}. Nothing secret is in a spec. */
final class PipelineExplain {
    private PipelineExplain() {}

    /** @param partitions of the target's database */
    static List<String> lines(PipelineSpec spec, int partitions) {
        TableSpec table = spec.table();
        String format = spec.format().getClass().getSimpleName().toUpperCase(Locale.ROOT);
        List<String> lines = new ArrayList<>();
        lines.add("pipeline     " + spec.qualifiedName());
        lines.add("source       " + spec.source().kind() + " " + source(spec.source()));
        lines.add("parallelism  " + parallelism(spec));
        lines.add("batches      each " + spec.batchInterval().toMillis() + " ms" + limit(spec.limits()));
        lines.add("format       " + format);
        lines.add("target       " + table.database() + "." + table.name() + ", " + partitions
                + (partitions == 1 ? " partition" : " partitions") + " by "
                + String.join(", ", table.shardKey()));
        lines.add("errors       " + errors(spec.load()));
        String name = spec.source() instanceof SourceSpec.Files files
                ? "files " + files.pattern()
                : "Kafka topic " + spec.source().topic();
        lines.add("Flink        Source: " + name + " -> load " + format + " -> table " + table.name()
                + ": Writer   (one task in each slot)");
        lines.add("               => gather => table " + table.name() + ": Committer   (one task decides each batch)");
        return lines;
    }

    private static String errors(LoadSpec load) {
        String stops = "a record that cannot be loaded stops the pipeline with state Error";
        String leftOut = "records that cannot be loaded are left out, with a row in PIPELINES_ERRORS";
        if (!load.stopOnError()) {
            return leftOut;
        }
        return switch (load.errors()) {
            case FAIL -> stops;
            case REPLACE -> stops + "; rows whose key comes again give way";
            case SKIP_ALL -> leftOut;
            case IGNORE -> leftOut + "; those whose key is taken without one";
            case SKIP_PARSER, SKIP_CONSTRAINT, SKIP_DUPLICATE_KEY ->
                leftOut + ", for " + load.errors().words().substring("SKIP ".length())
                        + "; any other stops the pipeline with state Error";
        };
    }

    private static String retries(RetrySpec retries) {
        String times = retries.max().isPresent() ? "at most " + retries.max().getAsInt() : "without end";
        String pause = retries.interval().toMillis() + " ms";
        return times + ", after " + pause
                + (retries.exponential()
                        ? ", then twice as long, up to " + retries.intervalMax().toMillis() + " ms"
                        : "");
    }

    private static String source(SourceSpec source) {
        return source.match(new SourceSpec.Cases<>() {
            @Override
            public String kafka(SourceSpec.Kafka kafka) {
                return kafka.bootstrap() + ", topic " + kafka.topic() + ", committed records"
                        + with(kafka.config().keySet());
            }

            @Override
            public String files(SourceSpec.Files files) {
                return files.pattern() + ", each file once"
                        + with(files.settings().keys().keySet());
            }
        });
    }

    private static String with(Set<String> keys) {
        return keys.isEmpty() ? "" : ", with " + String.join(", ", keys);
    }

    private static String parallelism(PipelineSpec spec) {
        OptionalInt said = spec.parallelism();
        OptionalInt limit = spec.limits().partitions();
        String tasks = said.isPresent()
                ? said.getAsInt() + " tasks"
                : "one task for each source partition, at most " + PipelineSpec.PARALLELISM_DEFAULT_MAX;
        return limit.isPresent() ? tasks + ", at most " + limit.getAsInt() + " (MAX_PARTITIONS_PER_BATCH)" : tasks;
    }

    private static String limit(BatchLimits limits) {
        return limits.offsets().isPresent()
                ? ", at most " + limits.offsets().getAsInt() + " offsets of a source partition"
                : "";
    }
}
