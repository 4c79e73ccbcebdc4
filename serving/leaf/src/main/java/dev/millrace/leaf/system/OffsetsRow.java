package dev.millrace.leaf.system;

import dev.millrace.store.SourceOffsets;
import java.util.List;

/** What a pipeline's source was last said to have. */
record OffsetsRow(long pipeline, long atMillis, List<SourceOffsets> offsets) implements Row {
    OffsetsRow {
        offsets = List.copyOf(offsets);
    }

    @Override
    public List<Object> values() {
        return List.of(pipeline, atMillis, SystemJson.offsets(offsets));
    }

    static OffsetsRow of(List<Object> row) {
        Values in = new Values(row);
        return new OffsetsRow(in.number(), in.number(), SystemJson.readOffsets(in.text()));
    }
}
