package dev.millrace.ddl.print;

import static dev.millrace.ddl.print.SqlPrinter.assignments;
import static dev.millrace.ddl.print.SqlPrinter.clause;
import static dev.millrace.ddl.print.SqlPrinter.joined;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreatePipeline.Csv;
import dev.millrace.ddl.CreatePipeline.LoadColumn;
import dev.millrace.ddl.CreatePipeline.Mapped;
import dev.millrace.ddl.CreatePipeline.Mapping;
import dev.millrace.ddl.CreatePipeline.NullDefinedBy;
import dev.millrace.ddl.CreatePipeline.Source;
import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.LoadData;
import dev.millrace.ddl.PipelineOption;
import dev.millrace.spec.TransformSpec.Framing;
import java.util.List;
import java.util.Optional;

/** Writes CREATE PIPELINE and LOAD DATA with their clauses in the order of the manuals. */
final class PipelinePrinter {
    private PipelinePrinter() {}

    static String print(CreatePipeline create) {
        StringBuilder text = new StringBuilder("CREATE ")
                .append(create.form().orReplace() ? "OR REPLACE " : "")
                .append(create.form().aggregator() ? "AGGREGATOR " : "")
                .append("PIPELINE ")
                .append(create.form().ifNotExists() ? "IF NOT EXISTS " : "")
                .append(Quoting.name(create.name()))
                .append(" AS LOAD DATA ")
                .append(source(create.source()));
        return behindSource(create, text);
    }

    static String print(LoadData load) {
        Source source = load.load().source();
        StringBuilder text = new StringBuilder("LOAD DATA ")
                .append(load.local() ? "LOCAL " : "")
                .append("INFILE ")
                .append(location(source));
        return behindSource(load.load(), text);
    }

    private static String behindSource(CreatePipeline create, StringBuilder text) {
        create.options().forEach(option -> text.append(' ').append(option(option)));
        create.transform()
                .ifPresent(transform -> text.append(" WITH TRANSFORM (")
                        .append(joined(
                                List.of(transform.uri(), transform.program(), transform.arguments()), Quoting::string))
                        .append(')')
                        .append(transform.framing() == Framing.LENGTH ? "" : " FRAMED BY " + transform.framing()));
        create.errorMode().ifPresent(mode -> text.append(' ').append(mode.kind().words()));
        text.append(create.target().procedure() ? " INTO PROCEDURE " : " INTO TABLE ")
                .append(Quoting.name(create.target().name()))
                .append(format(create.format()));
        if (!create.set().isEmpty()) {
            text.append(" SET ")
                    .append(joined(
                            create.set(),
                            assignment -> column(assignment.target()) + " = "
                                    + assignment.value().sql()));
        }
        text.append(clause("WHERE", create.where()));
        if (!create.onDuplicate().isEmpty()) {
            text.append(" ON DUPLICATE KEY UPDATE ").append(assignments(create.onDuplicate()));
        }
        return text.append(nullDefinedBy(create.nullDefinedBy())).toString();
    }

    private static String nullDefinedBy(Optional<NullDefinedBy> marker) {
        return marker.map(said -> " NULL DEFINED BY " + Quoting.string(said.value())
                        + (said.optionallyEnclosed() ? " OPTIONALLY ENCLOSED" : ""))
                .orElse("");
    }

    /** As ALTER PIPELINE has them. */
    static String csvClauses(Csv csv, Optional<NullDefinedBy> marker) {
        return (csvClauses(csv) + nullDefinedBy(marker)).strip();
    }

    private static String source(Source source) {
        return source.kind().name().replace('_', ' ')
                + source.link().map(link -> " " + Quoting.name(link)).orElse("")
                + " " + location(source);
    }

    private static String location(Source source) {
        return Quoting.string(source.location())
                + string("CONFIG", source.config())
                + string("CREDENTIALS", source.credentials());
    }

    private static String string(String words, Optional<StringText> text) {
        return text.map(value -> " " + words + " " + Quoting.string(value.value()))
                .orElse("");
    }

    static String option(PipelineOption option) {
        boolean switched = option.kind() == PipelineOption.Kind.OUT_OF_ORDER_OPTIMIZATION
                || option.kind() == PipelineOption.Kind.OFFSETS_METADATA_GC;
        return switched
                ? option.value() + " " + option.kind().words()
                : option.kind().words() + " " + option.value();
    }

    static String action(AlterPipeline.Action action) {
        return switch (action.name()) {
            case "OUT_OF_ORDER OPTIMIZATION", "OFFSETS METADATA GC" -> action.value() + " " + action.name();
            case "FIELDS" -> action.value();
            case "SET CONFIG", "SET CREDENTIALS", "SET RETRY_OPTIONS" ->
                action.name() + (action.value().startsWith("::") ? "" : " ") + action.value();
            default -> (action.name() + " " + action.value()).strip();
        };
    }

    private static String format(CreatePipeline.Format format) {
        return format.match(new CreatePipeline.FormatCases<>() {
            @Override
            public String csv(Csv csv) {
                return " FORMAT CSV" + csvClauses(csv);
            }

            @Override
            public String mapped(Mapped mapped) {
                String mappings = mapped.mappings().isEmpty()
                        ? ""
                        : " (" + joined(mapped.mappings(), PipelinePrinter::mapping) + ")";
                return " FORMAT " + mapped.kind()
                        + string("SCHEMA REGISTRY", mapped.registry())
                        + mappings
                        + string("SCHEMA", mapped.schema());
            }
        });
    }

    private static String csvClauses(Csv csv) {
        StringBuilder text = new StringBuilder();
        csv.fields()
                .ifPresent(fields -> text.append(" FIELDS")
                        .append(string("TERMINATED BY", fields.terminatedBy()))
                        .append(string(
                                fields.optionallyEnclosed() ? "OPTIONALLY ENCLOSED BY" : "ENCLOSED BY",
                                fields.enclosedBy()))
                        .append(string("ESCAPED BY", fields.escapedBy())));
        csv.lines()
                .ifPresent(lines -> text.append(" LINES")
                        .append(string("TERMINATED BY", lines.terminatedBy()))
                        .append(string("STARTING BY", lines.startingBy())));
        text.append(csv.trailingNullcols() ? " TRAILING NULLCOLS" : "")
                .append(csv.ignoreLines() > 0 ? " IGNORE " + csv.ignoreLines() + " LINES" : "");
        if (!csv.columns().isEmpty()) {
            text.append(" (")
                    .append(joined(csv.columns(), PipelinePrinter::column))
                    .append(')');
        }
        return text.toString();
    }

    private static String column(LoadColumn column) {
        return column.variable() ? "@" + Quoting.name(column.name().name()) : Quoting.name(column.name());
    }

    private static String mapping(Mapping mapping) {
        return column(mapping.target()) + " <- " + path(mapping.path()) + clause("DEFAULT", mapping.defaultValue());
    }

    /** Keys from the root; none is the whole document. */
    static String path(List<String> keys) {
        List<String> quoted = keys.stream()
                .map(key -> key.isEmpty() ? "''" : Quoting.name(key))
                .toList();
        return quoted.isEmpty() ? "%" : String.join("::", quoted);
    }
}
