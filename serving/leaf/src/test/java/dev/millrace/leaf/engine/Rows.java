package dev.millrace.leaf.engine;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Tables {@code (id BIGINT NOT NULL, name VARCHAR(20))} and their rows as Arrow IPC. */
public final class Rows {
    public static final BufferAllocator ALLOCATOR = new RootAllocator();

    private Rows() {}

    public static TableSpec table(long id, KeySpec... keys) {
        return new TableSpec(
                id,
                1,
                "db",
                "t" + id,
                false,
                List.of(
                        new ColumnSpec("id", SqlType.of(Kind.BIGINT), false, Optional.empty()),
                        new ColumnSpec("na\"me", SqlType.of(Kind.VARCHAR, 20), true, Optional.empty())),
                List.of(keys),
                List.of());
    }

    /** Rows written as {@code 1:a}; {@code 1:} has NULL. */
    public static byte[] ipc(TableSpec table, String... rows) {
        List<Field> fields = new ArrayList<>();
        table.columns()
                .forEach(c -> fields.add(
                        new Field(c.name(), FieldType.nullable(c.type().arrow()), null)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(fields), ALLOCATOR);
                ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(bytes))) {
            BigIntVector ids = (BigIntVector) root.getVector(0);
            VarCharVector names = (VarCharVector) root.getVector(1);
            root.allocateNew();
            for (int i = 0; i < rows.length; i++) {
                int colon = rows[i].indexOf(':');
                ids.setSafe(i, Long.parseLong(rows[i].substring(0, colon)));
                String name = rows[i].substring(colon + 1);
                if (name.isEmpty()) {
                    names.setNull(i);
                } else {
                    names.setSafe(i, name.getBytes(StandardCharsets.UTF_8));
                }
            }
            root.setRowCount(rows.length);
            writer.writeBatch();
            writer.end();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
