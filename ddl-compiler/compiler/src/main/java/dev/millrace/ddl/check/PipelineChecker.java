package dev.millrace.ddl.check;

import dev.millrace.ddl.ColumnName;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreatePipeline.Csv;
import dev.millrace.ddl.CreatePipeline.Fields;
import dev.millrace.ddl.CreatePipeline.LoadColumn;
import dev.millrace.ddl.CreatePipeline.Mapped;
import dev.millrace.ddl.CreatePipeline.Mapping;
import dev.millrace.ddl.CreatePipeline.Source;
import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.PipelineOption;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.BatchLimits;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RetrySpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToIntFunction;

/** CREATE PIPELINE → {@link PipelineSpec}. */
final class PipelineChecker {
    private static final Duration BATCH_INTERVAL_MAX = Duration.ofDays(1);

    /** Each task holds a reader, a writer per partition and a slot of Flink's. */
    private static final int PARALLELISM_MAX = 1_024;

    private final CreatePipeline create;
    private final List<Warning> warnings;

    PipelineChecker(CreatePipeline create, List<Warning> warnings) {
        this.create = create;
        this.warnings = warnings;
    }

    /** Fails at the first clause that comes later. */
    void refuseLater() {
        Source source = create.source();
        boolean files = source.kind() == Source.Kind.FS;
        refuse(
                source.kind() != Source.Kind.KAFKA && !files,
                "LOAD DATA " + source.kind().name().replace('_', ' '),
                source.at());
        option(PipelineOption.Kind.MAX_OFFSETS_PER_BATCH_PARTITION)
                .ifPresent(option -> refuse(files, option.kind().words() + " of files", option.at()));
        if (create.form().aggregator()) {
            warnings.add(TableOptions.ignored("AGGREGATOR"));
        }
        create.options().forEach(this::refuseLater);
        create.transform().ifPresent(TransformChecker::refuseLater);
        refuse(create.target().procedure(), "INTO PROCEDURE", create.target().at());
        create.format().match(new CreatePipeline.FormatCases<Boolean>() {
            @Override
            public Boolean csv(Csv csv) {
                // A topic has no first lines, and a batch's are chance.
                refuse(csv.ignoreLines() > 0 && !files, "IGNORE " + csv.ignoreLines() + " LINES of a topic", csv.at());
                refuse(
                        csv.ignoreLines() > 0
                                && create.transform()
                                        .filter(through -> through.uri().equalsIgnoreCase(TransformSpec.BUILT_IN))
                                        .isPresent(),
                        "IGNORE " + csv.ignoreLines() + " LINES behind " + TransformSpec.BUILT_IN,
                        csv.at());
                refuse(csv.ignoreLines() > Integer.MAX_VALUE, "IGNORE " + csv.ignoreLines() + " LINES", csv.at());
                return false;
            }

            @Override
            public Boolean mapped(Mapped mapped) {
                refuse(
                        mapped.kind() == Mapped.Kind.PARQUET
                                && create.transform().isPresent(),
                        "FORMAT PARQUET behind a transform",
                        mapped.at());
                refuse(!files && mapped.kind() == Mapped.Kind.PARQUET, "FORMAT PARQUET of a topic", mapped.at());
                if (mapped.kind() == Mapped.Kind.AVRO) {
                    AvroChecker.refuseLater(mapped, files, create.transform());
                } else {
                    mapped.schema().ifPresent(text -> refuse(true, "SCHEMA of " + mapped.kind(), text.at()));
                    mapped.registry().ifPresent(text -> refuse(true, "SCHEMA REGISTRY of " + mapped.kind(), text.at()));
                }
                return false;
            }
        });
    }

    private void refuseLater(PipelineOption option) {
        switch (option.kind()) {
            case BATCH_INTERVAL,
                    PARALLELISM,
                    MAX_PARTITIONS_PER_BATCH,
                    MAX_OFFSETS_PER_BATCH_PARTITION,
                    MAX_RETRIES_PER_BATCH_PARTITION,
                    RETRY_OPTIONS,
                    STOP_ON_ERROR -> {}
            case OUT_OF_ORDER_OPTIMIZATION, OFFSETS_METADATA_GC ->
                warnings.add(TableOptions.ignored(
                        option.value() + " " + option.kind().words()));
            case RESOURCE_POOL, BATCH_MATCHES_SNAPSHOT ->
                refuse(true, option.kind().words(), option.at());
        }
    }

    private static void refuse(boolean present, String what, Place at) {
        if (present) {
            throw Later.unsupported(what, at);
        }
    }

    PipelineSpec check(String database, TableSpec table) {
        FormatSpec format = format(table);
        PipelineSpec spec = new PipelineSpec(
                0,
                database,
                create.name().name().text(),
                source(),
                format,
                table,
                option(PipelineOption.Kind.BATCH_INTERVAL)
                        .map(PipelineChecker::batchInterval)
                        .orElse(PipelineSpec.BATCH_INTERVAL_DEFAULT),
                optional(PipelineOption.Kind.PARALLELISM, PipelineChecker::parallelism),
                new BatchLimits(
                        optional(PipelineOption.Kind.MAX_PARTITIONS_PER_BATCH, PipelineChecker::parallelism),
                        optional(PipelineOption.Kind.MAX_OFFSETS_PER_BATCH_PARTITION, PipelineChecker::offsets),
                        retrySpec()),
                create.transform().map(TransformChecker::check),
                new LoadChecker(create, table, inputs(format)).check());
        LoadChecker.refuseProperties(spec, create.name().at());
        return spec;
    }

    private static List<String> inputs(FormatSpec format) {
        return format.match(new FormatSpec.Cases<>() {
            @Override
            public List<String> json(FormatSpec.Json json) {
                return json.mappings().stream().map(FormatSpec.Mapping::column).toList();
            }

            @Override
            public List<String> avro(FormatSpec.Avro avro) {
                return avro.mappings().stream().map(FormatSpec.Mapping::column).toList();
            }

            @Override
            public List<String> parquet(FormatSpec.Parquet parquet) {
                return parquet.mappings().stream()
                        .map(FormatSpec.Mapping::column)
                        .toList();
            }

            @Override
            public List<String> csv(FormatSpec.Csv csv) {
                return csv.columns();
            }
        });
    }

    private SourceSpec source() {
        return isOfFiles()
                ? FilePattern.parse(create.source())
                : KafkaEndpoint.parse(create.source(), connection().config());
    }

    private boolean isOfFiles() {
        return create.source().kind() == Source.Kind.FS;
    }

    Credentials credentials() {
        return isOfFiles() ? Credentials.NONE : connection().credentials();
    }

    private KafkaConnection connection() {
        return KafkaConnection.of(create.source().config(), create.source().credentials());
    }

    static Duration batchInterval(PipelineOption option) {
        return Duration.ofMillis(bounded(option, 0, (int) BATCH_INTERVAL_MAX.toMillis()));
    }

    /** Of PARALLELISM, and of the number of partitions read at once, which bounds it. */
    static int parallelism(PipelineOption option) {
        return bounded(option, 1, PARALLELISM_MAX);
    }

    /** MemSQL's older option says the same as a key of the newer one. */
    private RetrySpec retrySpec() {
        RetrySpec retries = option(PipelineOption.Kind.RETRY_OPTIONS)
                .map(option -> RetryOptions.of(option.value(), RetrySpec.DEFAULT, option.at()))
                .orElse(RetrySpec.DEFAULT);
        Optional<PipelineOption> max = option(PipelineOption.Kind.MAX_RETRIES_PER_BATCH_PARTITION);
        if (max.isPresent() && retries.max().isPresent()) {
            throw new StatementException(
                    SqlState.WRONG_CONFIG,
                    max.get().kind().words() + " and max_retries of RETRY_OPTIONS are the same: say one of them",
                    max.get().at().position());
        }
        return max.isPresent() ? retries.withMax(retries(max.get())) : retries;
    }

    static int retries(PipelineOption option) {
        return bounded(option, 0, RetryOptions.RETRIES_MAX);
    }

    static int offsets(PipelineOption option) {
        return bounded(option, 1, Integer.MAX_VALUE);
    }

    private OptionalInt optional(PipelineOption.Kind kind, ToIntFunction<PipelineOption> value) {
        Optional<PipelineOption> option = option(kind);
        return option.isEmpty() ? OptionalInt.empty() : OptionalInt.of(value.applyAsInt(option.get()));
    }

    private Optional<PipelineOption> option(PipelineOption.Kind kind) {
        return create.options().stream().filter(option -> option.kind() == kind).findFirst();
    }

    private static int bounded(PipelineOption option, int min, int max) {
        long value = Long.parseLong(option.value());
        if (value < min || value > max) {
            throw new StatementException(
                    SqlState.OUT_OF_RANGE,
                    option.kind().words() + " is " + min + " to " + max + ", not " + value,
                    option.at().position());
        }
        return (int) value;
    }

    private FormatSpec format(TableSpec table) {
        return create.format().match(new CreatePipeline.FormatCases<FormatSpec>() {
            @Override
            public FormatSpec csv(Csv csv) {
                return csvSpec(csv, table);
            }

            @Override
            public FormatSpec mapped(Mapped mapped) {
                List<FormatSpec.Mapping> mappings = mappings(mapped, table);
                return switch (mapped.kind()) {
                    case AVRO -> AvroChecker.check(mapped, mappings);
                    case JSON -> new FormatSpec.Json(mappings);
                    case PARQUET -> parquet(mapped, mappings);
                };
            }
        });
    }

    private List<FormatSpec.Mapping> mappings(Mapped mapped, TableSpec table) {
        create.nullDefinedBy().ifPresent(marker -> {
            throw new StatementException(
                    SqlState.SYNTAX_ERROR,
                    "NULL DEFINED BY is a clause of CSV; " + mapped.kind() + " has null",
                    marker.at().position());
        });
        if (mapped.mappings().isEmpty()) {
            throw new StatementException(
                    SqlState.SYNTAX_ERROR,
                    "FORMAT " + mapped.kind() + " needs a mapping (column <- path, …)",
                    mapped.at().position());
        }
        List<ColumnSpec> columns =
                columns(mapped.mappings().stream().map(Mapping::target).toList(), table, mapped.at());
        List<FormatSpec.Mapping> mappings = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Mapping mapping = mapped.mappings().get(i);
            ColumnSpec column = columns.get(i);
            mappings.add(new FormatSpec.Mapping(
                    column.name(), mapping.path(), mapping.defaultValue().map(text -> defaultValue(text, column))));
        }
        return mappings;
    }

    private static FormatSpec parquet(Mapped mapped, List<FormatSpec.Mapping> mappings) {
        refuse(mappings.stream().anyMatch(mapping -> mapping.path().isEmpty()), "% with FORMAT PARQUET", mapped.at());
        return new FormatSpec.Parquet(mappings);
    }

    /** Unlike a column's, a mapping's DEFAULT NULL says something: load NULL where the path does not exist. */
    private static SqlExpression defaultValue(SqlText text, ColumnSpec column) {
        return DefaultValue.compile(text, column.type(), column.name()).orElseGet(() -> {
            if (!column.nullable()) {
                throw new StatementException(
                        SqlState.INVALID_DEFAULT,
                        "Invalid default value for '" + column.name() + "'",
                        text.at().position());
            }
            return new SqlExpression("NULL", "CAST(NULL AS " + column.type().duckdb() + ")");
        });
    }

    private FormatSpec csvSpec(Csv csv, TableSpec table) {
        List<LoadColumn> names = csv.columns().isEmpty()
                ? table.columns().stream()
                        .map(column -> new LoadColumn(
                                false, new ColumnName(Optional.empty(), new Identifier(column.name(), csv.at()))))
                        .toList()
                : csv.columns();
        List<ColumnSpec> columns = columns(names, table, csv.at());
        Optional<Fields> fields = csv.fields();
        return new FormatSpec.Csv(
                terminator(fields.flatMap(Fields::terminatedBy), "\t"),
                character(fields.flatMap(Fields::enclosedBy), ""),
                fields.map(Fields::optionallyEnclosed).orElse(false),
                character(fields.flatMap(Fields::escapedBy), "\\"),
                terminator(csv.lines().flatMap(CreatePipeline.Lines::terminatedBy), "\n"),
                csv.lines()
                        .flatMap(CreatePipeline.Lines::startingBy)
                        .map(StringText::value)
                        .orElse(""),
                columns.stream().map(ColumnSpec::name).toList(),
                nulls(csv),
                (int) csv.ignoreLines());
    }

    private FormatSpec.CsvNulls nulls(Csv csv) {
        return new FormatSpec.CsvNulls(
                create.nullDefinedBy().map(CreatePipeline.NullDefinedBy::value),
                create.nullDefinedBy()
                        .filter(CreatePipeline.NullDefinedBy::optionallyEnclosed)
                        .isPresent(),
                csv.trailingNullcols());
    }

    static String terminator(Optional<StringText> text, String otherwise) {
        text.filter(said -> said.value().isEmpty()).ifPresent(said -> {
            throw Later.unsupported("an empty terminator", said.at());
        });
        return text.map(StringText::value).orElse(otherwise);
    }

    /** One character that is one byte in UTF-8, or nothing. */
    static String character(Optional<StringText> text, String otherwise) {
        text.filter(said -> said.value().length() > 1 || said.value().chars().anyMatch(c -> c > 127))
                .ifPresent(said -> {
                    throw new StatementException(
                            SqlState.WRONG_FIELD_TERMINATORS,
                            "Field separator argument is not what is expected: one ASCII character, not '"
                                    + said.value() + "'",
                            said.at().position());
                });
        return text.map(StringText::value).orElse(otherwise);
    }

    /** Resolves them, variables to text with their {@code @}; columns that nobody loads must do without. */
    private List<ColumnSpec> columns(List<LoadColumn> names, TableSpec table, Place at) {
        List<ColumnSpec> columns = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (LoadColumn name : names) {
            ColumnSpec column = name.variable()
                    ? new ColumnSpec(variable(name), LoadChecker.VARIABLE, true, Optional.empty())
                    : column(name.name(), table);
            once(seen, column, name.name());
            columns.add(column);
        }
        create.set().stream()
                .filter(assignment -> !assignment.target().variable())
                .forEach(assignment -> once(
                        seen,
                        column(assignment.target().name(), table),
                        assignment.target().name()));
        for (ColumnSpec column : table.columns()) {
            if (!seen.contains(TableSpec.fold(column.name()))) {
                InsertChecker.needsDefault(column, at);
            }
        }
        return columns;
    }

    /** With its {@code @}. */
    static String variable(LoadColumn target) {
        refuse(
                LoadSpec.isVariable(target.name().name().text()),
                "a variable '" + target.name() + "'",
                target.name().at());
        return LoadSpec.VARIABLE + target.name().name().text();
    }

    private static void once(Set<String> seen, ColumnSpec column, ColumnName name) {
        if (!seen.add(TableSpec.fold(column.name()))) {
            throw new StatementException(
                    SqlState.COLUMN_SPECIFIED_TWICE,
                    "Column '" + column.name() + "' specified twice",
                    name.at().position());
        }
    }

    static ColumnSpec column(ColumnName name, TableSpec table) {
        boolean ours = name.table().isEmpty() || isTarget(name.table().get(), table);
        ColumnSpec column = table.column(name.name().text())
                .filter(known -> ours)
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_COLUMN,
                        "Unknown column '" + name + "' in 'field list'",
                        name.at().position()));
        refuse(
                LoadSpec.isVariable(column.name()),
                "loading column '" + column.name() + "', whose name looks like a variable's,",
                name.at());
        return column;
    }

    private static boolean isTarget(ObjectName name, TableSpec table) {
        return name.name().text().equalsIgnoreCase(table.name())
                && name.database()
                        .map(database -> database.text().equalsIgnoreCase(table.database()))
                        .orElse(true);
    }
}
