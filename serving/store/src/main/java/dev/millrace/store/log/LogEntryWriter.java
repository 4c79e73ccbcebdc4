package dev.millrace.store.log;

import dev.millrace.store.wire.WireWriter;

/** The binary form of each kind of entry; its reader stands in {@link LogEntry#fromBytes}. */
final class LogEntryWriter implements LogEntry.Cases<byte[]> {
    static final int STAGE = 1;
    static final int SEAL = 2;
    static final int UNSEAL = 3;
    static final int PUBLISH = 4;
    static final int DISCARD = 5;
    static final int INSERT = 6;

    @Override
    public byte[] stage(LogEntry.Stage entry) {
        WireWriter out = start(STAGE);
        entry.batch().write(out);
        out.number(entry.task()).number(entry.seq());
        entry.table().write(out);
        entry.mode().write(out);
        entry.change().ifPresent(change -> change.write(out));
        return out.number(entry.rows()).toBytes(entry.ipc());
    }

    @Override
    public byte[] seal(LogEntry.Seal entry) {
        WireWriter out = start(SEAL);
        entry.batch().write(out);
        out.number(entry.gate()).number(entry.after());
        return out.list(entry.chunks(), (o, item) -> item.write(o)).toBytes();
    }

    @Override
    public byte[] unseal(LogEntry.Unseal entry) {
        return start(UNSEAL)
                .number(entry.gate())
                .number(entry.after())
                .list(entry.tables(), WireWriter::number)
                .toBytes();
    }

    @Override
    public byte[] publish(LogEntry.Publish entry) {
        return start(PUBLISH)
                .number(entry.from())
                .number(entry.upto())
                .list(entry.batches(), (o, item) -> item.write(o))
                .toBytes();
    }

    @Override
    public byte[] discard(LogEntry.Discard entry) {
        WireWriter out = start(DISCARD).number(entry.writer());
        entry.below().write(out);
        return out.number(entry.after()).toBytes();
    }

    @Override
    public byte[] insert(LogEntry.Insert entry) {
        WireWriter out = start(INSERT);
        entry.statement().write(out);
        out.number(entry.finishedBelow());
        entry.table().write(out);
        entry.mode().write(out);
        return out.number(entry.rows()).toBytes(entry.ipc());
    }

    private static WireWriter start(int tag) {
        return new WireWriter().u8(tag).u8(LogEntry.VERSION);
    }
}
