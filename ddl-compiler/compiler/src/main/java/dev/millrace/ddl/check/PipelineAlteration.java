package dev.millrace.ddl.check;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.AlterPipeline.Action;
import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.PipelineOption;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.Warning;
import dev.millrace.ddl.print.Quoting;
import dev.millrace.spec.BatchLimits;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** ALTER PIPELINE, action by action, on the pipeline as it is. */
final class PipelineAlteration {
    private static final Set<String> SUPPORTED = Set.of(
            "SET OFFSETS",
            "SET CONFIG",
            "SET CREDENTIALS",
            "SET BATCH_INTERVAL",
            "SET MAX_PARTITIONS_PER_BATCH",
            "SET MAX_OFFSETS_PER_BATCH_PARTITION",
            "SET MAX_RETRIES_PER_BATCH_PARTITION",
            "SET RETRY_OPTIONS",
            "SET PARALLELISM",
            "BATCH_INTERVAL",
            "MAX_PARTITIONS_PER_BATCH",
            "MAX_OFFSETS_PER_BATCH_PARTITION",
            "MAX_RETRIES_PER_BATCH_PARTITION",
            "RETRY_OPTIONS",
            "PARALLELISM",
            "STOP_ON_ERROR",
            "SET STOP_ON_ERROR",
            "FIELDS",
            "OUT_OF_ORDER OPTIMIZATION",
            "OFFSETS METADATA GC",
            "SET TRANSFORM",
            "RELOAD TRANSFORM",
            "DROP PARTITION",
            "DROP FILE",
            "DROP ORPHAN PARTITIONS",
            "DROP ORPHAN FILES");

    private PipelineSpec spec;
    private Credentials credentials;
    private Optional<NewOffsets> offsets = Optional.empty();
    private final Set<String> forgotten = new HashSet<>();
    private boolean orphans;
    private final List<Warning> warnings = new ArrayList<>();
    private Place offsetsAt;

    PipelineAlteration(PipelineSpec spec, Credentials credentials, Place at) {
        this.spec = spec;
        this.credentials = credentials;
        this.offsetsAt = at;
    }

    /** Fails at the first action that comes later. */
    static void refuseLater(AlterPipeline alter) {
        for (Action action : alter.actions()) {
            if (!SUPPORTED.contains(action.name())) {
                throw Later.unsupported("ALTER PIPELINE … " + action.name(), action.at());
            }
        }
    }

    AlteredPipeline apply(AlterPipeline alter) {
        refuseLater(alter);
        alter.actions().forEach(this::apply);
        return new AlteredPipeline(spec, credentials, offsets, forgotten, orphans, warnings, offsetsAt);
    }

    private void apply(Action action) {
        String name = action.name().startsWith("SET ") ? action.name().substring(4) : action.name();
        switch (name) {
            case "OFFSETS" -> {
                offsets = Optional.of(offsets(action));
                offsetsAt = action.at();
            }
            case "CONFIG" -> connect(action, false);
            case "CREDENTIALS" -> connect(action, true);
            case "BATCH_INTERVAL" ->
                spec = spec.withBatchInterval(
                        PipelineChecker.batchInterval(option(PipelineOption.Kind.BATCH_INTERVAL, action)));
            case "PARALLELISM" ->
                spec = spec.withParallelism(
                        OptionalInt.of(PipelineChecker.parallelism(option(PipelineOption.Kind.PARALLELISM, action))));
            case "MAX_PARTITIONS_PER_BATCH" ->
                spec = spec.withLimits(new BatchLimits(
                        OptionalInt.of(PipelineChecker.parallelism(
                                option(PipelineOption.Kind.MAX_PARTITIONS_PER_BATCH, action))),
                        spec.limits().offsets(),
                        spec.limits().retries()));
            case "MAX_OFFSETS_PER_BATCH_PARTITION" -> {
                refuseOfFiles(name, action);
                spec = spec.withLimits(new BatchLimits(
                        spec.limits().partitions(),
                        OptionalInt.of(PipelineChecker.offsets(
                                option(PipelineOption.Kind.MAX_OFFSETS_PER_BATCH_PARTITION, action))),
                        spec.limits().retries()));
            }
            case "MAX_RETRIES_PER_BATCH_PARTITION" ->
                spec = spec.withLimits(spec.limits()
                        .withRetries(spec.limits()
                                .retries()
                                .withMax(PipelineChecker.retries(
                                        option(PipelineOption.Kind.MAX_RETRIES_PER_BATCH_PARTITION, action)))));
            case "RETRY_OPTIONS" ->
                spec = spec.withLimits(spec.limits()
                        .withRetries(
                                RetryOptions.of(action.value(), spec.limits().retries(), action.at())));
            case "STOP_ON_ERROR" -> spec = spec.withLoad(spec.load().withStopOnError(stops(action)));
            case "FIELDS" -> spec = spec.withFormat(CsvAlteration.apply(spec, action));
            case "TRANSFORM" -> {
                spec = spec.withTransform(TransformChecker.check(action));
                AvroChecker.refuseTransform(spec, action.at());
                if (spec.format() instanceof FormatSpec.Parquet) {
                    throw Later.unsupported("FORMAT PARQUET behind a transform", action.at());
                }
                if (spec.format() instanceof FormatSpec.Csv csv && csv.ignoreLines() > 0 && !spec.isThroughProgram()) {
                    throw Later.unsupported("IGNORE LINES behind " + TransformSpec.BUILT_IN, action.at());
                }
                LoadChecker.refuseProperties(spec, action.at());
            }
            case "RELOAD TRANSFORM" -> {
                TransformSpec known = spec.transform()
                        .orElseThrow(
                                () -> wrong("pipeline '" + spec.name() + "' has no transform: SET one", action.at()));
                spec = spec.withTransform(known.withFile("", 0));
            }
            case "DROP PARTITION", "DROP FILE" -> {
                if (spec.source().isFiles() != name.equals("DROP FILE")) {
                    throw wrong(
                            name + " of a pipeline that reads " + spec.source().kind(), action.at());
                }
                forgotten.add(Quoting.unquoted(action.value()));
                offsetsAt = action.at();
            }
            case "DROP ORPHAN PARTITIONS", "DROP ORPHAN FILES" -> {
                if (spec.source().isFiles() == name.endsWith("FILES")) {
                    orphans = true;
                    offsetsAt = action.at();
                } else {
                    warnings.add(TableOptions.ignored(name));
                }
            }
            default -> warnings.add(TableOptions.ignored((action.value() + " " + name).strip()));
        }
    }

    /** NONE is what a pipeline does of which nothing was said. */
    private static boolean stops(Action action) {
        return switch (action.value()) {
            case "ON", "NONE" -> true;
            case "OFF" -> false;
            default ->
                throw new StatementException(
                        SqlState.SYNTAX_ERROR,
                        "STOP_ON_ERROR is ON, OFF or NONE, not " + action.value(),
                        action.at().position());
        };
    }

    private static PipelineOption option(PipelineOption.Kind kind, Action action) {
        return new PipelineOption(kind, action.value(), action.at());
    }

    /** A whole clause takes the place of the old one; {@code ::key = value} changes one key. */
    private void connect(Action action, boolean secret) {
        if (spec.source() instanceof SourceSpec.Files files) {
            spec = spec.withSource(configured(files, action, secret));
            return;
        }
        SourceSpec.Kafka kafka = spec.source().asKafka();
        KafkaConnection before = new KafkaConnection(kafka.config(), credentials);
        KafkaConnection after;
        if (action.value().startsWith("::")) {
            after = before.with(oneKey(action), secret, action.at());
        } else {
            StringText text = new StringText(Quoting.unquoted(action.value()), action.at());
            KafkaConnection kept = secret
                    ? new KafkaConnection(before.config(), Credentials.NONE)
                    : new KafkaConnection(Map.of(), before.credentials());
            after = kept.with(KafkaConnection.keys(secret ? "CREDENTIALS" : "CONFIG", text), secret, action.at());
        }
        credentials = after.credentials();
        spec = spec.withSource(new SourceSpec.Kafka(kafka.brokers(), kafka.topic(), after.config()));
    }

    private static Map<String, String> oneKey(Action action) {
        int equals = action.value().indexOf(" = ");
        String key = action.value().substring(2, equals).replace("`", "");
        return Map.of(key, Quoting.unquoted(action.value().substring(equals + 3)));
    }

    private static SourceSpec.Files configured(SourceSpec.Files files, Action action, boolean secret) {
        if (secret) {
            throw wrong("files need no CREDENTIALS", action.at());
        }
        return new SourceSpec.Files(
                files.pattern(),
                action.value().startsWith("::")
                        ? FilePattern.with(files.settings(), oneKey(action), action.at())
                        : FilePattern.settings(new StringText(Quoting.unquoted(action.value()), action.at())));
    }

    private void refuseOfFiles(String what, Action action) {
        if (spec.source().isFiles()) {
            throw Later.unsupported(what + " of files", action.at());
        }
    }

    private NewOffsets offsets(Action action) {
        return switch (action.value()) {
            case "EARLIEST" -> new NewOffsets.Earliest();
            case "LATEST" -> new NewOffsets.Latest();
            default -> {
                String text = action.value().startsWith("TIMESTAMP ")
                        ? action.value().substring("TIMESTAMP ".length())
                        : action.value();
                String said = Quoting.unquoted(text).strip();
                if (said.startsWith("{")) {
                    yield given(said, action.at());
                }
                refuseOfFiles("SET OFFSETS TIMESTAMP", action);
                yield new NewOffsets.From(time(said, action.at()));
            }
        };
    }

    private NewOffsets given(String json, Place at) {
        boolean files = spec.source().isFiles();
        Map<String, Long> byPartition = new HashMap<>();
        KafkaConnection.keys("OFFSETS", new StringText(json, at)).forEach((partition, offset) -> {
            if (files && !(partition.startsWith("/") && offset.matches("[01]"))) {
                throw wrong(
                        "'" + partition + "': " + offset
                                + " is not the path of a file with 1, which takes it as loaded,"
                                + " or 0, which loads it anew",
                        at);
            }
            if (!files && (!partition.matches("0|[1-9][0-9]{0,8}") || !offset.matches("[0-9]{1,18}"))) {
                throw wrong("'" + partition + "': " + offset + " is not a partition with its next offset", at);
            }
            byPartition.put(partition, Long.parseLong(offset));
        });
        if (byPartition.isEmpty()) {
            throw wrong("OFFSETS names no partition", at);
        }
        return new NewOffsets.Given(byPartition);
    }

    /** UTC unless it says otherwise, as all times of a session. */
    private static Instant time(String text, Place at) {
        String iso = text.length() == 10 ? text + "T00:00:00" : text.replace(' ', 'T');
        try {
            boolean zoned = iso.endsWith("Z") || iso.matches(".*T.*[+-]\\d\\d:\\d\\d");
            return zoned
                    ? OffsetDateTime.parse(iso).toInstant()
                    : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw wrong(
                    "OFFSETS are EARLIEST, LATEST, a time '2026-01-31 12:00:00' or '{\"partition\": offset, …}', not '"
                            + text + "'",
                    at);
        }
    }

    private static StatementException wrong(String message, Place at) {
        return new StatementException(SqlState.WRONG_CONFIG, message, at.position());
    }
}
