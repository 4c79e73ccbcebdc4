package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * Where a pipeline goes on reading one partition of its source.
 *
 * @param incarnation tells a topic from one recreated under its name: Kafka's topic UUID; a file's size and time as it
 *     was when its loading began, {@code 4711@1700000000000}
 * @param partition the source partition: Kafka's partition number, a file's path
 * @param offset next offset to read; of a file a {@link FilePlace}
 */
public record Cursor(String incarnation, String partition, long offset) {
    public Cursor {
        requireNonNull(incarnation, "incarnation");
        requireNonNull(partition, "partition");
    }

    public void write(WireWriter out) {
        out.text(incarnation).text(partition).number(offset);
    }

    public static Cursor read(WireReader in) {
        return new Cursor(in.text(), in.text(), in.number());
    }
}
