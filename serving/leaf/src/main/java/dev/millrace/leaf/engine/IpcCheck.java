package dev.millrace.leaf.engine;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.TableSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Whether the Arrow IPC stream of an entry holds rows of a table: its columns' types in the table's order, no NULL where
 * none may be, as many rows as the entry says. Apply looks at the messages' heads only; the leader, before it proposes,
 * at the values' layout too ({@link IpcLayout}), because DuckDB trusts it.
 */
final class IpcCheck {
    private static final int CONTINUATION = -1;

    /** As Arrow wants it; DuckDB reads whole words. */
    private static final int ALIGNMENT = 8;

    private IpcCheck() {}

    /** What is wrong with a stream, looking at the heads of its messages; empty if nothing is. */
    static Optional<String> heads(ByteBuffer ipc, int rows, TableSpec table) {
        return check(ipc, rows, table, false);
    }

    /** What is wrong with a stream, looking at its values' layout too. */
    static Optional<String> layout(ByteBuffer ipc, int rows, TableSpec table) {
        return check(ipc, rows, table, true);
    }

    private static Optional<String> check(ByteBuffer ipc, int rows, TableSpec table, boolean layout) {
        try {
            return walk(ipc.slice().order(ByteOrder.LITTLE_ENDIAN), rows, table, layout);
        } catch (RuntimeException | IOException e) {
            return Optional.of("not an Arrow IPC stream: " + e.getMessage());
        }
    }

    private static Optional<String> nullColumn(ColumnSpec column) {
        return Optional.of("column " + column.name() + " cannot be null");
    }

    private static Optional<String> walk(ByteBuffer ipc, int rows, TableSpec table, boolean layout) throws IOException {
        boolean schemaSeen = false;
        long found = 0;
        while (ipc.remaining() >= 4) {
            int length = ipc.getInt();
            if (length == CONTINUATION) {
                length = ipc.getInt();
            }
            if (length == 0) {
                break;
            }
            ByteBuffer head = ipc.slice(ipc.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            ipc.position(ipc.position() + length);
            Message message = Message.getRootAsMessage(head);
            if (message.bodyLength() < 0 || message.bodyLength() > ipc.remaining()) {
                return Optional.of("an Arrow message with a body of " + message.bodyLength() + " bytes");
            }
            if (message.headerType() == MessageHeader.Schema && !schemaSeen && message.bodyLength() == 0) {
                Optional<String> problem = schema(MessageSerializer.deserializeSchema(message), table);
                if (problem.isPresent()) {
                    return problem;
                }
                schemaSeen = true;
            } else if (message.headerType() == MessageHeader.RecordBatch && schemaSeen) {
                RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
                Optional<String> problem = batch(batch, message.bodyLength(), table)
                        .or(() -> layout ? IpcLayout.check(batch, ipc, table.columns()) : Optional.empty());
                if (problem.isPresent()) {
                    return problem;
                }
                found += batch.length();
                ipc.position(Math.toIntExact(ipc.position() + message.bodyLength()));
            } else {
                return Optional.of("an Arrow message of kind " + message.headerType());
            }
        }
        if (!schemaSeen) {
            return Optional.of("an Arrow IPC stream without a schema");
        }
        return found == rows ? Optional.empty() : Optional.of(found + " rows where the entry says " + rows);
    }

    private static Optional<String> batch(RecordBatch batch, long bodyLength, TableSpec table) {
        if (batch.compression() != null) {
            return Optional.of("a compressed Arrow batch");
        }
        if (batch.nodesLength() != table.columns().size()) {
            return Optional.of("an Arrow batch with " + batch.nodesLength() + " columns");
        }
        for (int i = 0; i < batch.nodesLength(); i++) {
            FieldNode node = batch.nodes(i);
            if (node.length() != batch.length()) {
                return Optional.of("an Arrow batch with columns of different lengths");
            }
            if (node.nullCount() != 0 && !table.columns().get(i).nullable()) {
                return nullColumn(table.columns().get(i));
            }
        }
        for (int i = 0; i < batch.buffersLength(); i++) {
            long offset = batch.buffers(i).offset();
            long length = batch.buffers(i).length();
            if (offset < 0 || length < 0 || offset > bodyLength - length || offset % ALIGNMENT != 0) {
                return Optional.of("an Arrow batch with a buffer outside it or at an odd place");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> schema(Schema schema, TableSpec table) {
        List<Field> fields = schema.getFields();
        List<ColumnSpec> columns = table.columns();
        if (fields.size() != columns.size()) {
            return Optional.of(fields.size() + " columns for table " + table.name() + " of " + columns.size());
        }
        for (int i = 0; i < columns.size(); i++) {
            Field field = fields.get(i);
            if (!field.getType().equals(columns.get(i).type().arrow()) || field.getDictionary() != null) {
                return Optional.of("column " + columns.get(i).name() + " of table " + table.name() + " is "
                        + columns.get(i).type().sql() + ", not " + field.getType());
            }
        }
        return Optional.empty();
    }
}
