package dev.millrace.leaf.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

/** What a leaf takes as rows, whoever sends them. */
class IpcCheckTest {
    private static final int ROWS = 100;
    private static final int DIGITS = 10;

    private static final TableSpec TABLE = new TableSpec(
            1,
            1,
            "db",
            "t",
            false,
            List.of(
                    column("id", SqlType.of(Kind.BIGINT), false),
                    column("name", SqlType.of(Kind.VARCHAR, 40), true),
                    column("price", SqlType.decimal(DIGITS, 2), true),
                    column("paid", SqlType.of(Kind.BOOL), true),
                    column("at", SqlType.of(Kind.DATETIME, 6), true),
                    column("day", SqlType.of(Kind.DATE), true),
                    column("raw", SqlType.of(Kind.BLOB), true)),
            List.of(),
            List.of());

    private static ColumnSpec column(String name, SqlType type, boolean nullable) {
        return new ColumnSpec(name, type, nullable, Optional.empty());
    }

    @Test
    void soundRowsPass() throws IOException {
        assertThat(problem(root -> {})).isEmpty();
        assertThat(problem(root -> text(root, 3, "Größe 東京 😀".getBytes(UTF_8))))
                .isEmpty();
        assertThat(problem(root -> price(root, 5, new BigDecimal("-99999999.99"))))
                .isEmpty();
        assertThat(problem(root -> price(root, 5, new BigDecimal("99999999.99"))))
                .isEmpty();
        assertThat(problem(root -> root.getFieldVectors()
                        .subList(1, TABLE.columns().size())
                        .forEach(vector -> {
                            for (int row = 0; row < ROWS; row++) {
                                vector.setNull(row);
                            }
                        })))
                .isEmpty();
    }

    @Test
    void aRowlessBatchPasses() throws IOException {
        byte[] ipc = stream(root -> root.setRowCount(0), 0);
        assertThat(IpcCheck.layout(ByteBuffer.wrap(ipc), 0, TABLE)).isEmpty();
    }

    @Test
    void aNullWhereNoneMayBeIsRefused() throws IOException {
        assertThat(problem(root -> root.getVector("id").setNull(7))).hasValue("column id cannot be null");
    }

    @Test
    void anOffsetThatGoesBackIsRefused() throws IOException {
        assertThat(problem(root -> root.getVector("name").getOffsetBuffer().setInt(4L * 50, 1)))
                .hasValueSatisfying(message -> assertThat(message).startsWith("column name has an offset 1 behind"));
    }

    @Test
    void aNegativeOffsetIsRefused() throws IOException {
        assertThat(problem(root -> root.getVector("raw").getOffsetBuffer().setInt(0, -8)))
                .hasValueSatisfying(message -> assertThat(message).startsWith("column raw has offsets -8 to"));
    }

    @Test
    void anOffsetBehindTheBytesIsRefused() throws IOException {
        byte[] ipc = stream(root -> {}, ROWS);
        // The last offset of the last column, which stands right before its bytes.
        byte[] bytes = ipc.clone();
        int last = lastOffset(bytes);
        bytes[last + 2] = 0x40;
        assertThat(IpcCheck.layout(ByteBuffer.wrap(bytes), ROWS, TABLE))
                .hasValueSatisfying(message -> assertThat(message).startsWith("column raw has offsets 0 to"));
        assertThat(IpcCheck.heads(ByteBuffer.wrap(bytes), ROWS, TABLE)).isEmpty();
    }

    @Test
    void textThatIsNotUtf8IsRefused() throws IOException {
        assertThat(problem(root -> text(root, 9, new byte[] {'a', (byte) 0xC3})))
                .hasValue("column name has text that is not UTF-8 in row 9");
    }

    @Test
    void aCharacterCutBetweenTwoRowsIsRefused() throws IOException {
        assertThat(problem(root -> text(root, 9, new byte[] {'a', (byte) 0xC3}, new byte[] {(byte) 0xA9, 'b'})))
                .hasValue("column name has text that is not UTF-8 in row 9");
    }

    @Test
    void bytesThatAreNotTextMayBeAny() throws IOException {
        assertThat(problem(root -> ((VarBinaryVector) root.getVector("raw")).setSafe(99, new byte[] {(byte) 0xC3})))
                .isEmpty();
    }

    @Test
    void aDecimalOfTooManyDigitsIsRefused() throws IOException {
        for (long[] words : new long[][] {{10_000_000_000L, 0}, {-10_000_000_000L, -1}, {0, 1}, {0, Long.MIN_VALUE}}) {
            assertThat(problem(root -> {
                        root.getVector("price").getDataBuffer().setLong(16L * 4, words[0]);
                        root.getVector("price").getDataBuffer().setLong(16L * 4 + 8, words[1]);
                    }))
                    .hasValue("column price has a value of more than 10 digits in row 4");
        }
    }

    @Test
    void whatStandsUnderANullDoesNotMatter() throws IOException {
        assertThat(problem(root -> {
                    root.getVector("price").setNull(4);
                    root.getVector("price").getDataBuffer().setLong(16L * 4 + 8, 1);
                }))
                .isEmpty();
    }

    @Test
    void aFlippedBitNeverThrows() throws IOException {
        byte[] ipc = stream(root -> {}, ROWS);
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = ipc.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(IpcCheck.layout(ByteBuffer.wrap(bytes), ROWS, TABLE)).isNotNull();
        }
    }

    @Test
    void aShortStreamIsRefused() throws IOException {
        byte[] ipc = stream(root -> {}, ROWS);
        assertThat(IpcCheck.layout(ByteBuffer.wrap(ipc), ROWS + 1, TABLE))
                .hasValue("100 rows where the entry says 101");
        assertThat(IpcCheck.layout(ByteBuffer.wrap(Arrays.copyOf(ipc, ipc.length / 2)), ROWS, TABLE))
                .isPresent();
    }

    /** Puts texts into the rows from one on, and empty ones into the others. */
    private static void text(VectorSchemaRoot root, int row, byte[]... texts) {
        VarCharVector names = (VarCharVector) root.getVector("name");
        names.reset();
        for (int i = 0; i < ROWS; i++) {
            names.setSafe(i, i < row || i >= row + texts.length ? new byte[0] : texts[i - row]);
        }
        names.setValueCount(ROWS);
    }

    private static void price(VectorSchemaRoot root, int row, BigDecimal price) {
        ((DecimalVector) root.getVector("price")).set(row, price);
    }

    private static int lastOffset(byte[] ipc) {
        // ROWS values "rawN": the last offset is their length together, little-endian, before "raw0".
        byte[] first = "raw0raw1".getBytes(UTF_8);
        for (int at = ipc.length - first.length; at >= 0; at--) {
            if (Arrays.equals(ipc, at, at + first.length, first, 0, first.length)) {
                int offset = at - 4;
                while (ipc[offset] == 0 && ipc[offset + 1] == 0) {
                    offset -= 4;
                }
                return offset;
            }
        }
        throw new IllegalStateException("no values");
    }

    private static Optional<String> problem(Consumer<VectorSchemaRoot> change) throws IOException {
        return IpcCheck.layout(ByteBuffer.wrap(stream(change, ROWS)), ROWS, TABLE);
    }

    private static byte[] stream(Consumer<VectorSchemaRoot> change, int rows) throws IOException {
        List<Field> fields = TABLE.columns().stream()
                .map(c -> new Field(c.name(), FieldType.nullable(c.type().arrow()), null))
                .toList();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(fields), Rows.ALLOCATOR);
                ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(bytes))) {
            root.allocateNew();
            for (int row = 0; row < rows; row++) {
                ((BigIntVector) root.getVector(0)).setSafe(row, row);
                ((VarCharVector) root.getVector(1)).setSafe(row, ("name " + row).getBytes(UTF_8));
                ((DecimalVector) root.getVector(2)).setSafe(row, BigDecimal.valueOf(row - 50L, 2));
                ((BitVector) root.getVector(3)).setSafe(row, row % 2);
                ((TimeStampMicroVector) root.getVector(4)).setSafe(row, row);
                ((DateDayVector) root.getVector(5)).setSafe(row, row);
                ((VarBinaryVector) root.getVector(6)).setSafe(row, ("raw" + row).getBytes(UTF_8));
            }
            root.setRowCount(rows);
            change.accept(root);
            writer.writeBatch();
            writer.end();
        }
        return bytes.toByteArray();
    }
}
