package dev.millrace.ddl.check;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreatePipeline.Csv;
import dev.millrace.ddl.CreatePipeline.Fields;
import dev.millrace.ddl.CreatePipeline.Lines;
import dev.millrace.ddl.CreatePipeline.NullDefinedBy;
import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.DdlCompiler;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Optional;

/** FIELDS …, LINES … and the other clauses of CSV in ALTER PIPELINE: what is not said stays as it is. */
final class CsvAlteration {
    private CsvAlteration() {}

    static FormatSpec.Csv apply(PipelineSpec pipeline, AlterPipeline.Action action) {
        if (!(pipeline.format() instanceof FormatSpec.Csv known)) {
            throw new StatementException(
                    SqlState.WRONG_CONFIG,
                    "pipeline '" + pipeline.name() + "' reads no CSV: FIELDS and LINES say nothing to it",
                    action.at().position());
        }
        CreatePipeline said = (CreatePipeline) new DdlCompiler()
                .parseOne("CREATE PIPELINE p AS LOAD DATA FS '/' INTO TABLE t " + action.value())
                .statement();
        Csv csv = (Csv) said.format();
        if (csv.ignoreLines() > Integer.MAX_VALUE
                || csv.ignoreLines() > 0 && !pipeline.source().isFiles()) {
            throw Later.unsupported("IGNORE " + csv.ignoreLines() + " LINES", action.at());
        }
        if (csv.ignoreLines() > 0 && pipeline.transform().isPresent() && !pipeline.isThroughProgram()) {
            throw Later.unsupported(
                    "IGNORE " + csv.ignoreLines() + " LINES behind " + TransformSpec.BUILT_IN, action.at());
        }
        try {
            return altered(known, csv, said.nullDefinedBy());
        } catch (StatementException e) {
            throw e.at(action.at().position());
        }
    }

    private static FormatSpec.Csv altered(FormatSpec.Csv known, Csv csv, Optional<NullDefinedBy> nulls) {
        Optional<StringText> enclosed = csv.fields().flatMap(Fields::enclosedBy);
        return new FormatSpec.Csv(
                PipelineChecker.terminator(csv.fields().flatMap(Fields::terminatedBy), known.fieldsTerminatedBy()),
                PipelineChecker.character(enclosed, known.enclosedBy()),
                enclosed.isPresent() ? csv.fields().orElseThrow().optionallyEnclosed() : known.optionallyEnclosed(),
                PipelineChecker.character(csv.fields().flatMap(Fields::escapedBy), known.escapedBy()),
                PipelineChecker.terminator(csv.lines().flatMap(Lines::terminatedBy), known.linesTerminatedBy()),
                csv.lines().flatMap(Lines::startingBy).map(StringText::value).orElse(known.linesStartingBy()),
                known.columns(),
                new FormatSpec.CsvNulls(
                        nulls.map(NullDefinedBy::value).or(() -> known.nulls().definedBy()),
                        nulls.map(NullDefinedBy::optionallyEnclosed)
                                .orElse(known.nulls().optionallyEnclosed()),
                        csv.trailingNullcols() || known.nulls().trailing()),
                csv.ignoreLines() > 0 ? (int) csv.ignoreLines() : known.ignoreLines());
    }
}
