package dev.millrace.store.log;

import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.wire.WireWriter;

/** The binary form of each kind of system entry; its reader stands in {@link SystemEntry#fromBytes}. */
final class SystemEntryWriter implements SystemEntry.Cases<byte[]> {
    static final int REGISTER_NODE = 1;
    static final int REGISTER_WRITER = 2;
    static final int ALLOCATE_ID = 3;
    static final int CREATE_DATABASE = 4;
    static final int DROP_DATABASE = 5;
    static final int CREATE_PIPELINE = 6;
    static final int DROP_PIPELINE = 7;
    static final int NEW_RUN = 8;
    static final int SET_PIPELINE_STATE = 9;
    static final int OPEN = 10;
    static final int ADD_CURSORS = 11;
    static final int DECIDE = 12;
    static final int TAKE_GATE = 13;
    static final int RELEASE_GATE = 14;
    static final int REVOKE_GATE = 15;
    static final int RECORD_ERRORS = 16;
    static final int REPORT_PUBLISHED = 17;
    static final int REPLACE_PIPELINE = 18;
    static final int CLEAR_ERRORS = 19;
    static final int REPORT_OFFSETS = 20;
    static final int STORE_PROGRAM = 30;

    @Override
    public byte[] registerNode(SystemEntry.RegisterNode entry) {
        return start(REGISTER_NODE)
                .text(entry.key())
                .text(entry.host())
                .number(entry.port())
                .number(entry.raftPort())
                .toBytes();
    }

    @Override
    public byte[] registerWriter(SystemEntry.RegisterWriter entry) {
        return start(REGISTER_WRITER)
                .text(entry.name())
                .number(entry.atMillis())
                .toBytes();
    }

    @Override
    public byte[] allocateId(SystemEntry.AllocateId entry) {
        return start(ALLOCATE_ID).toBytes();
    }

    @Override
    public byte[] createDatabase(SystemEntry.CreateDatabase entry) {
        WireWriter out = start(CREATE_DATABASE).text(SpecJson.write(entry.database()));
        entry.map().write(out);
        return out.toBytes();
    }

    @Override
    public byte[] dropDatabase(SystemEntry.DropDatabase entry) {
        return start(DROP_DATABASE).number(entry.id()).toBytes();
    }

    @Override
    public byte[] createPipeline(SystemEntry.CreatePipeline entry) {
        return second(CREATE_PIPELINE)
                .text(SpecJson.write(entry.pipeline()))
                .text(entry.sql())
                .text(SpecJson.write(entry.credentials().values()))
                .number(entry.atMillis())
                .toBytes();
    }

    @Override
    public byte[] dropPipeline(SystemEntry.DropPipeline entry) {
        return start(DROP_PIPELINE).number(entry.id()).toBytes();
    }

    @Override
    public byte[] newRun(SystemEntry.NewRun entry) {
        return second(NEW_RUN)
                .number(entry.pipeline())
                .u8(entry.state().ordinal())
                .bool(entry.submission())
                .number(entry.seen())
                .number(entry.batches())
                .number(entry.atMillis())
                .toBytes();
    }

    @Override
    public byte[] setPipelineState(SystemEntry.SetPipelineState entry) {
        return second(SET_PIPELINE_STATE)
                .number(entry.pipeline())
                .number(entry.run())
                .u8(entry.state().ordinal())
                .text(entry.condition())
                .text(entry.message())
                .number(entry.atMillis())
                .toBytes();
    }

    @Override
    public byte[] open(SystemEntry.Open entry) {
        WireWriter out = start(OPEN).number(entry.writer());
        entry.attempt().write(out);
        return out.text(entry.job()).toBytes();
    }

    @Override
    public byte[] addCursors(SystemEntry.AddCursors entry) {
        WireWriter out = start(ADD_CURSORS).number(entry.writer());
        entry.attempt().write(out);
        return out.list(entry.cursors(), (o, item) -> item.write(o)).toBytes();
    }

    @Override
    public byte[] decide(SystemEntry.Decide entry) {
        WireWriter out = new WireWriter().u8(DECIDE).u8(3);
        entry.batch().write(out);
        out.number(entry.database()).number(entry.mapVersion());
        out.list(entry.tables(), (o, item) -> item.write(o));
        entry.mode().write(out);
        out.number(entry.gate());
        out.list(entry.moves(), (o, item) -> item.write(o));
        out.list(entry.participants(), (o, item) -> item.write(o));
        out.list(entry.change().stream().toList(), (o, item) -> item.write(o));
        return out.number(entry.rows())
                .number(entry.bytes())
                .number(entry.startedAtMillis())
                .number(entry.atMillis())
                .list(entry.errors(), (o, item) -> item.write(o))
                .toBytes();
    }

    @Override
    public byte[] takeGate(SystemEntry.TakeGate entry) {
        WireWriter out = start(TAKE_GATE);
        entry.batch().write(out);
        return out.number(entry.database())
                .list(entry.tables(), WireWriter::number)
                .toBytes();
    }

    @Override
    public byte[] releaseGate(SystemEntry.ReleaseGate entry) {
        WireWriter out = start(RELEASE_GATE);
        entry.batch().write(out);
        return out.toBytes();
    }

    @Override
    public byte[] revokeGate(SystemEntry.RevokeGate entry) {
        WireWriter out = start(REVOKE_GATE);
        entry.batch().write(out);
        return out.toBytes();
    }

    @Override
    public byte[] recordErrors(SystemEntry.RecordErrors entry) {
        return new WireWriter()
                .u8(RECORD_ERRORS)
                .u8(2)
                .number(entry.pipeline())
                .number(entry.run())
                .list(entry.errors(), (o, item) -> item.write(o))
                .toBytes();
    }

    @Override
    public byte[] reportPublished(SystemEntry.ReportPublished entry) {
        return start(REPORT_PUBLISHED)
                .number(entry.node())
                .number(entry.database())
                .number(entry.csn())
                .toBytes();
    }

    @Override
    public byte[] storeProgram(SystemEntry.StoreProgram entry) {
        return start(STORE_PROGRAM)
                .text(entry.sha256())
                .number(entry.sizeBytes())
                .number(entry.part())
                .toBytes(entry.bytes());
    }

    @Override
    public byte[] replacePipeline(SystemEntry.ReplacePipeline entry) {
        return start(REPLACE_PIPELINE)
                .number(entry.seen())
                .text(SpecJson.write(entry.pipeline()))
                .text(entry.sql())
                .text(SpecJson.write(entry.credentials().values()))
                .list(entry.cursors(), (o, item) -> item.write(o))
                .list(entry.forgotten(), WireWriter::text)
                .number(entry.atMillis())
                .toBytes();
    }

    @Override
    public byte[] clearErrors(SystemEntry.ClearErrors entry) {
        return start(CLEAR_ERRORS).number(entry.pipeline()).toBytes();
    }

    @Override
    public byte[] reportOffsets(SystemEntry.ReportOffsets entry) {
        return start(REPORT_OFFSETS)
                .number(entry.pipeline())
                .list(entry.offsets(), (o, item) -> item.write(o))
                .number(entry.atMillis())
                .toBytes();
    }

    private static WireWriter second(int tag) {
        return new WireWriter().u8(tag).u8(2);
    }

    private static WireWriter start(int tag) {
        return new WireWriter().u8(tag).u8(1);
    }
}
