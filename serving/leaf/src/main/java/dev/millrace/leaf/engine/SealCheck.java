package dev.millrace.leaf.engine;

import dev.millrace.spec.TableSpec;
import dev.millrace.store.TableRef;
import dev.millrace.store.WriteMode;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.ClashingRows;
import dev.millrace.store.wire.Refusal;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a seal finds out about a batch before it exists: whether its tables refuse it, and what it will do to them. */
final class SealCheck {
    private final PartitionFile file;
    private final Map<TableRef, List<StagedChunk>> tables;
    private final Function<TableRef, TableSpec> specs;

    SealCheck(PartitionFile file, Map<TableRef, List<StagedChunk>> tables, Function<TableRef, TableSpec> specs) {
        this.file = file;
        this.tables = tables;
        this.specs = specs;
    }

    /** A refusal if a row of an INSERT has a key that is taken. */
    Optional<Answer> duplicate() {
        for (Map.Entry<TableRef, List<StagedChunk>> entry : tables.entrySet()) {
            TableSpec table = specs.apply(entry.getKey());
            List<StagedChunk> inserted = of(entry.getValue(), WriteMode.INSERT);
            if (!table.isKeyless() && !inserted.isEmpty()) {
                Optional<String> message = new TableRows(file, table).duplicate(streams(inserted));
                if (message.isPresent()) {
                    return Optional.of(Answer.refused(Refusal.DUPLICATE_KEY, message.get()));
                }
            }
        }
        return Optional.empty();
    }

    /** What the seal answers, keys of an INSERT aside: the first refusal, else the first answer that says something. */
    Answer verdict() {
        Answer verdict = Answer.OK;
        for (Map.Entry<TableRef, List<StagedChunk>> entry : tables.entrySet()) {
            Answer answer = verdict(specs.apply(entry.getKey()), entry.getValue());
            if (answer instanceof Answer.Refused) {
                return answer;
            }
            verdict = verdict == Answer.OK ? answer : verdict;
        }
        return verdict;
    }

    private Answer verdict(TableSpec table, List<StagedChunk> chunks) {
        List<StagedChunk> changing = of(chunks, WriteMode.CHANGE);
        if (!changing.isEmpty()) {
            return chunks.size() == 1
                    ? new ChangedRows(file, table, changing.get(0).change().orElseThrow()).verdict()
                    : Answer.refused(Refusal.MALFORMED, "a change of " + table.name() + " with other chunks");
        }
        if (table.isKeyless()) {
            return Answer.OK;
        }
        List<StagedChunk> merging = of(chunks, WriteMode.MERGE);
        if (!merging.isEmpty()) {
            return new RowMerge(file, table, merging.get(0).change().orElseThrow()).verdict(streams(merging));
        }
        List<StagedChunk> skipping = of(chunks, WriteMode.SKIP);
        if (skipping.isEmpty()) {
            return Answer.OK;
        }
        ClashingRows found = new TableRows(file, table).clashing(skipping);
        return Answer.of(found::write);
    }

    private static List<StagedChunk> of(List<StagedChunk> chunks, WriteMode mode) {
        return chunks.stream().filter(chunk -> chunk.mode() == mode).toList();
    }

    private static List<Supplier<ReadableByteChannel>> streams(List<StagedChunk> chunks) {
        return chunks.stream()
                .map(chunk -> (Supplier<ReadableByteChannel>) chunk::rows)
                .toList();
    }
}
