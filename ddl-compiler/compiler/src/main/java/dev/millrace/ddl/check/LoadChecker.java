package dev.millrace.ddl.check;

import dev.millrace.ddl.Assignment;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.PipelineOption;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.check.operator.InputExpression;
import dev.millrace.ddl.check.operator.RewriteContext;
import dev.millrace.ddl.check.operator.RowExpressions;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RecordProperty;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The error modes, SET and WHERE of CREATE PIPELINE → {@link LoadSpec}. */
final class LoadChecker {
    /** What a field is before anything is made of it. */
    static final SqlType VARIABLE = SqlType.of(SqlType.Kind.TEXT);

    private final CreatePipeline create;
    private final TableSpec table;
    private final List<String> inputs;

    /** @param inputs what the format fills: columns, and variables with their {@code @} */
    LoadChecker(CreatePipeline create, TableSpec table, List<String> inputs) {
        this.create = create;
        this.table = table;
        this.inputs = List.copyOf(inputs);
    }

    LoadSpec check() {
        Map<String, SqlType> types = new LinkedHashMap<>();
        inputs.forEach(
                name -> types.put(name, table.column(name).map(ColumnSpec::type).orElse(VARIABLE)));
        Arrays.stream(RecordProperty.values()).forEach(property -> types.put(property.input(), VARIABLE));
        InputExpression expressions = new InputExpression(types);
        return new LoadSpec(
                errorMode(),
                stopOnError(),
                create.set().stream()
                        .map(assignment -> computed(assignment, expressions))
                        .toList(),
                create.where().map(text -> new SqlExpression(text.sql(), expressions.condition(text))),
                onDuplicateKey());
    }

    private List<LoadSpec.OnDuplicateKey> onDuplicateKey() {
        List<Assignment> assignments = create.onDuplicate();
        if (assignments.isEmpty()) {
            return List.of();
        }
        Place at = assignments.get(0).column().at();
        InsertChecker.oneKey(table, at);
        ErrorMode mode = errorMode();
        if (mode == ErrorMode.REPLACE || mode == ErrorMode.IGNORE) {
            throw Later.unsupported(mode.words() + " together with ON DUPLICATE KEY UPDATE", at);
        }
        RowExpressions expressions =
                new RowExpressions(table, new RowExpressions.Clause("ON DUPLICATE KEY UPDATE", Optional.empty(), true));
        return assignments.stream()
                .map(assignment -> new LoadSpec.OnDuplicateKey(
                        assignment.value().sql(), expressions.change(assignment, RewriteContext.withoutClock())))
                .toList();
    }

    /** Neither lines of files nor a program's rows are records of Kafka; a record of Kafka's is in no file. */
    static void refuseProperties(PipelineSpec spec, Place at) {
        List<RecordProperty> properties = spec.load().properties();
        boolean files = spec.source().isFiles();
        boolean ofFiles = properties.contains(RecordProperty.FILE);
        if (ofFiles && !files) {
            throw Later.unsupported("pipeline_source_file of a topic", at);
        }
        boolean ofKafka = properties.size() > (ofFiles ? 1 : 0);
        if (ofKafka && files) {
            throw Later.unsupported("get_kafka_pipeline_prop of files", at);
        }
        if (ofKafka && spec.isThroughProgram()) {
            throw Later.unsupported("get_kafka_pipeline_prop behind a program", at);
        }
    }

    private LoadSpec.Computed computed(CreatePipeline.LoadAssignment assignment, InputExpression expressions) {
        SqlText text = assignment.value();
        if (assignment.target().variable()) {
            String name = PipelineChecker.variable(assignment.target());
            LoadSpec.Computed computed =
                    new LoadSpec.Computed(name, new SqlExpression(text.sql(), expressions.value(text, VARIABLE)));
            expressions.define(name, text);
            return computed;
        }
        ColumnSpec column = PipelineChecker.column(assignment.target().name(), table);
        return new LoadSpec.Computed(
                column.name(), new SqlExpression(text.sql(), expressions.value(text, column.type())));
    }

    private ErrorMode errorMode() {
        return create.errorMode()
                .map(CreatePipeline.ErrorMode::kind)
                .map(LoadChecker::mode)
                .orElse(ErrorMode.FAIL);
    }

    private static ErrorMode mode(CreatePipeline.ErrorMode.Kind kind) {
        return switch (kind) {
            case REPLACE -> ErrorMode.REPLACE;
            case IGNORE -> ErrorMode.IGNORE;
            case SKIP_ALL -> ErrorMode.SKIP_ALL;
            case SKIP_CONSTRAINT -> ErrorMode.SKIP_CONSTRAINT;
            case SKIP_DUPLICATE_KEY -> ErrorMode.SKIP_DUPLICATE_KEY;
            case SKIP_PARSER -> ErrorMode.SKIP_PARSER;
        };
    }

    private boolean stopOnError() {
        Optional<PipelineOption> option = create.options().stream()
                .filter(each -> each.kind() == PipelineOption.Kind.STOP_ON_ERROR)
                .findFirst();
        if (option.isEmpty()) {
            return true;
        }
        return switch (option.get().value()) {
            case "ON" -> true;
            case "OFF" -> false;
            default ->
                throw new StatementException(
                        SqlState.SYNTAX_ERROR,
                        "STOP_ON_ERROR is ON or OFF, not " + option.get().value(),
                        option.get().at().position());
        };
    }
}
