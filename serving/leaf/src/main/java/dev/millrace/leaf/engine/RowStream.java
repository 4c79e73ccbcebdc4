package dev.millrace.leaf.engine;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.TableSpec;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageChannelReader;
import org.apache.arrow.vector.ipc.message.MessageResult;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Many Arrow IPC streams of one table as one: columns {@code c0}, {@code c1}, … in table order, then {@code n}, the
 * row's number in the stream from 0. One stream costs DuckDB a fifth of what eight cost. Its streams were checked by
 * {@link IpcCheck}.
 */
final class RowStream extends ArrowReader {
    /** The column of row numbers. */
    static final String NUMBER = "n";

    private final Schema schema;
    private final Iterator<Supplier<ReadableByteChannel>> streams;
    private MessageChannelReader messages;
    private VectorLoader columns;
    private VectorSchemaRoot columnRoot;
    private long rows;
    private long bytes;

    RowStream(TableSpec table, List<Supplier<ReadableByteChannel>> streams, BufferAllocator allocator) {
        super(allocator);
        this.schema = schema(table);
        this.streams = streams.iterator();
    }

    private static Schema schema(TableSpec table) {
        List<Field> fields = new ArrayList<>();
        for (ColumnSpec column : table.columns()) {
            fields.add(new Field(
                    "c" + fields.size(), FieldType.nullable(column.type().arrow()), null));
        }
        fields.add(new Field(NUMBER, FieldType.nullable(new ArrowType.Int(64, true)), null));
        return new Schema(fields);
    }

    @Override
    protected Schema readSchema() {
        return schema;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        prepareLoadNextBatch();
        while (true) {
            if (messages == null) {
                if (!streams.hasNext()) {
                    return false;
                }
                ReadChannel channel = new ReadChannel(streams.next().get());
                messages = new MessageChannelReader(channel, allocator);
                messages.readNext(); // the schema
            }
            MessageResult message = messages.readNext();
            if (message == null) {
                bytes += messages.bytesRead();
                messages = null;
                continue;
            }
            load(MessageSerializer.deserializeRecordBatch(message.getMessage(), message.getBodyBuffer()));
            return true;
        }
    }

    private void load(ArrowRecordBatch batch) throws IOException {
        VectorSchemaRoot root = getVectorSchemaRoot();
        if (columns == null) {
            List<FieldVector> vectors = root.getFieldVectors();
            columnRoot = new VectorSchemaRoot(vectors.subList(0, vectors.size() - 1));
            columns = new VectorLoader(columnRoot);
        }
        try (batch) {
            columns.load(batch);
        }
        int count = columnRoot.getRowCount();
        BigIntVector numbers =
                (BigIntVector) root.getVector(root.getFieldVectors().size() - 1);
        numbers.allocateNew(count);
        for (int i = 0; i < count; i++) {
            numbers.set(i, rows++);
        }
        numbers.setValueCount(count);
        root.setRowCount(count);
    }

    @Override
    public long bytesRead() {
        return bytes;
    }

    @Override
    protected void closeReadSource() {}
}
