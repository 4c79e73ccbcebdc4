package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * What a source has of one partition, as somebody who asked it says.
 *
 * @param earliest oldest offset that can be read
 * @param latest next offset to be written, as far as readers of committed records see it
 * @param pendingMillis when the first record that is not loaded was written, by its own timestamp; −1 if there is none
 *     or nobody looked
 */
public record SourceOffsets(String partition, long earliest, long latest, long pendingMillis) {
    public SourceOffsets {
        requireNonNull(partition, "partition");
    }

    public void write(WireWriter out) {
        out.text(partition).number(earliest).number(latest).number(pendingMillis);
    }

    public static SourceOffsets read(WireReader in) {
        return new SourceOffsets(in.text(), in.number(), in.number(), in.number());
    }
}
