package dev.millrace.leaf.engine;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.TableSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.ValueVectorUtility;

/**
 * Whether the Arrow IPC stream of an entry holds rows of a table: its columns' types in the table's order, no NULL where
 * none may be, as many rows as the entry says. Apply looks at the messages' heads only; the leader, before it proposes,
 * at every offset too, because DuckDB trusts them.
 */
final class IpcCheck {
    private static final int CONTINUATION = -1;

    private IpcCheck() {}

    /** What is wrong with a stream, looking at the heads of its messages; empty if nothing is. */
    static Optional<String> heads(byte[] ipc, int rows, TableSpec table) {
        try {
            return walk(ByteBuffer.wrap(ipc).order(ByteOrder.LITTLE_ENDIAN), rows, table);
        } catch (RuntimeException | IOException e) {
            return Optional.of("not an Arrow IPC stream: " + e.getMessage());
        }
    }

    /** What is wrong with a stream, looking at its values' layout too. */
    static Optional<String> layout(byte[] ipc, int rows, TableSpec table, BufferAllocator allocator) {
        Optional<String> problem = heads(ipc, rows, table);
        if (problem.isPresent()) {
            return problem;
        }
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(ipc), allocator)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            while (reader.loadNextBatch()) {
                Optional<String> values = values(root).or(() -> nulls(root, table));
                if (values.isPresent()) {
                    return values;
                }
            }
            return Optional.empty();
        } catch (RuntimeException | IOException e) {
            return Optional.of("not a sound Arrow IPC stream: " + e.getMessage());
        }
    }

    /** Arrow's own check of a decimal's values refuses those that use every digit they may have. */
    private static Optional<String> values(VectorSchemaRoot root) {
        ValueVectorUtility.validate(root);
        for (FieldVector vector : root.getFieldVectors()) {
            if (!(vector instanceof DecimalVector decimals)) {
                ValueVectorUtility.validateFull(vector);
                continue;
            }
            ValueVectorUtility.validate(decimals);
            for (int row = 0; row < decimals.getValueCount(); row++) {
                if (!decimals.isNull(row) && decimals.getObject(row).precision() > decimals.getPrecision()) {
                    return Optional.of(decimals.getObject(row) + " in column " + decimals.getField());
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> nulls(VectorSchemaRoot root, TableSpec table) {
        List<ColumnSpec> columns = table.columns();
        for (int i = 0; i < columns.size(); i++) {
            FieldVector vector = root.getVector(i);
            if (vector.getValueCount() != root.getRowCount()) {
                return Optional.of("column " + columns.get(i).name() + " has " + vector.getValueCount() + " values of "
                        + root.getRowCount());
            }
            if (!columns.get(i).nullable() && vector.getNullCount() > 0) {
                return nullColumn(columns.get(i));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> nullColumn(ColumnSpec column) {
        return Optional.of("column " + column.name() + " cannot be null");
    }

    private static Optional<String> walk(ByteBuffer ipc, int rows, TableSpec table) throws IOException {
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
                Optional<String> problem = batch(batch, message.bodyLength(), table);
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
            if (offset < 0 || length < 0 || offset > bodyLength - length) {
                return Optional.of("an Arrow batch with a buffer outside it");
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
