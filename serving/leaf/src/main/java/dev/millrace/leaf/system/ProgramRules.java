package dev.millrace.leaf.system;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Files of transforms: kept as long as a pipeline needs them. */
final class ProgramRules {
    /** Of one file; a row in the catalog must not become a disk. */
    static final long SIZE_BYTES_MAX = 64L << 20;

    private final SystemRows rows;

    ProgramRules(SystemRows rows) {
        this.rows = rows;
    }

    Answer store(SystemEntry.StoreProgram entry) {
        if (entry.sizeBytes() < 1 || entry.sizeBytes() > SIZE_BYTES_MAX) {
            return Answer.refused(Refusal.TOO_LARGE, "a transform's file of " + entry.sizeBytes() + " bytes");
        }
        Optional<ProgramRow> known = named(entry.sha256());
        if (known.filter(row -> row.sizeBytes() != entry.sizeBytes()).isPresent()) {
            return Answer.refused(Refusal.MALFORMED, "two sizes of the file " + entry.sha256());
        }
        int parts = known.map(ProgramRow::parts).orElse(0);
        if (entry.part() != parts) {
            return Answer.number(parts); // asked again, or by two, or dropped in between
        }
        ProgramRow row = known.orElseGet(() -> new ProgramRow(rows.nextId(), entry.sha256(), entry.sizeBytes(), 0));
        if (entry.bytes().length != row.nextBytes()) {
            return Answer.refused(
                    Refusal.MALFORMED, "a part of " + entry.bytes().length + " bytes instead of " + row.nextBytes());
        }
        rows.record(
                new RowChange.Insert(SystemTable.PROGRAM_PART, List.of(row.id(), (long) entry.part(), entry.bytes())));
        rows.programs.put(row.withNextPart());
        return Answer.number(row.parts() + 1);
    }

    /** Why a pipeline cannot have its transform, if so. */
    Optional<Answer> refusal(PipelineSpec pipeline) {
        return pipeline.transform()
                .filter(transform -> !transform.isBuiltIn())
                .map(TransformSpec::sha256)
                .filter(sha256 -> named(sha256).filter(ProgramRow::isWhole).isEmpty())
                .map(sha256 -> Answer.refused(
                        Refusal.PROGRAM_MISSING, "the file " + sha256 + " of the transform is not stored"));
    }

    /** Drops the files that no pipeline needs. */
    void dropUnused() {
        Set<String> used = rows.pipelines.all().stream()
                .flatMap(row -> row.spec().transform().stream())
                .map(TransformSpec::sha256)
                .collect(Collectors.toSet());
        rows.programs.all().stream()
                .filter(row -> !used.contains(row.sha256()))
                .map(ProgramRow::id)
                .toList()
                .forEach(id -> {
                    rows.record(new RowChange.Delete(SystemTable.PROGRAM_PART, List.of(id)));
                    rows.programs.remove(id);
                });
    }

    private Optional<ProgramRow> named(String sha256) {
        return rows.programs.all().stream()
                .filter(row -> row.sha256().equals(sha256))
                .findFirst();
    }
}
