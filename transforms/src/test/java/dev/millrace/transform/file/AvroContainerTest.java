package dev.millrace.transform.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FileSettings;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.transform.load.AvroContainer;
import dev.millrace.transform.load.ExpressionEngine;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.Loader;
import dev.millrace.transform.load.RecordBatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.Deflater;
import org.apache.arrow.memory.RootAllocator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvroContainerTest {
    private static final Schema SCHEMA = SchemaBuilder.record("r")
            .fields()
            .requiredLong("id")
            .optionalString("word")
            .endRecord();

    private static final int VALUES = 20_000;

    private static final byte[] MARKER = "sixteen bytes ..".getBytes(UTF_8);

    @TempDir
    Path folder;

    @Test
    void valuesLoadByTheFilesOwnSchemaFromAnyPlace() throws Exception {
        for (CodecFactory codec : List.of(CodecFactory.nullCodec(), CodecFactory.deflateCodec(6))) {
            FoundFile file = put(codec + ".avro", SCHEMA, codec);

            List<String> all = rows(file, 0);

            assertThat(all).hasSize(VALUES).startsWith("0|null", "1|word 1").endsWith("19999|word 19999");
            assertThat(rows(file, 12_345)).isEqualTo(all.subList(12_345, VALUES));
            assertThat(rows(file, VALUES)).isEmpty();
        }
    }

    @Test
    void eachFileHasASchemaOfItsOwn() throws Exception {
        Schema other = SchemaBuilder.record("other")
                .fields()
                .requiredString("word")
                .requiredString("more")
                .requiredInt("id")
                .endRecord();
        List<FoundFile> files = List.of(
                put("a.avro", SCHEMA, CodecFactory.nullCodec()), put("b.avro", other, CodecFactory.nullCodec()));

        try (RootAllocator allocator = new RootAllocator();
                ExpressionEngine expressions = engine();
                Loader loader = new Loader(pipeline(), allocator, expressions)) {
            for (FoundFile file : files) {
                assertThat(rows(loader, file, 0)).hasSize(VALUES).contains("17|word 17");
            }
        }
    }

    @Test
    void placesAreSaidToBeRows() {
        assertThat(FileContent.unit(pipeline())).isEqualTo("row");
        assertThat(FileContent.unit(pipeline(new FormatSpec.Json(List.of(mapping("id"), mapping("word"))))))
                .isEqualTo("byte");
    }

    @Test
    void whatIsTornOrNoContainerIsSaidByName() throws Exception {
        FoundFile file = put("whole.avro", SCHEMA, CodecFactory.deflateCodec(1));
        byte[] bytes = Files.readAllBytes(Path.of(file.path()));
        byte[] broken = bytes.clone();
        broken[bytes.length - 5] ^= 1;

        assertThat(refusal(Arrays.copyOf(bytes, bytes.length - 20))).contains("torn.avro' is not complete");
        assertThat(refusal(Arrays.copyOf(bytes, 40))).contains("torn.avro' is not complete");
        assertThat(refusal(broken)).contains("not followed by the file's marker");
        assertThat(refusal("id,word\n".getBytes(UTF_8))).contains("no Avro container");
        FoundFile other = put("bzip2.avro", SCHEMA, CodecFactory.nullCodec());
        String header = Files.readString(Path.of(other.path()), ISO_8859_1);
        byte[] unknown = header.replace("avro.codec\bnull", "avro.codec\bxull").getBytes(ISO_8859_1);
        assertThat(refusal(unknown)).contains("codec 'xull'");
    }

    @Test
    void valuesBeforeABrokenBlockAreHandedOut() throws Exception {
        Schema ints = Schema.create(Schema.Type.INT);
        byte[] good = block(3, new byte[] {2, 4, 6});
        byte[] noMarker = good.clone();
        noMarker[noMarker.length - 1] ^= 1;
        for (byte[] broken : List.of(
                noMarker,
                block(3, new byte[] {2, 4, (byte) 0x80}),
                block(3, new byte[] {2, 4, 6, 8}),
                Arrays.copyOf(good, 7))) {
            try (AvroContainer container = container(1, header(ints, "null"), good, good, broken, good)) {
                assertThat(container.next().offsets()).containsExactly(1, 2, 3, 4, 5);
                assertThat(container.place()).isEqualTo(6);
                for (int i = 0; i < 2; i++) {
                    assertThat(catchThrowableOfType(IOException.class, container::next))
                            .hasMessageContaining("block");
                }
                assertThat(container.place()).isEqualTo(6);
                assertThat(container.hasEnded()).isFalse();
            }
        }
    }

    @Test
    void pieceHasABoundedNumberOfValuesWhateverTheirSize() throws Exception {
        Schema ints = Schema.create(Schema.Type.INT);
        int count = 1_000_000;
        byte[] content = new byte[count];
        for (int i = 0; i < count; i++) {
            content[i] = (byte) (2 * (i % 60));
        }
        for (int from : new int[] {0, 300_000}) {
            long place = from;
            byte[] block = block(count, content);
            try (AvroContainer container = container(from, header(ints, "null"), block, block)) {
                while (!container.hasEnded()) {
                    RecordBatch piece = container.next();
                    assertThat(piece.count()).isLessThanOrEqualTo(1 << 18);
                    for (int i = 0; i < piece.count(); i += 1_001) {
                        assertThat(piece.offsets()[i]).isEqualTo(place + i);
                        assertThat(piece.lengths()[i]).isEqualTo(1);
                        assertThat(piece.bytes()[piece.starts()[i]]).isEqualTo(content[(int) ((place + i) % count)]);
                    }
                    place += piece.count();
                    assertThat(container.place()).isEqualTo(place);
                }
            }
            assertThat(place).isEqualTo(2 * count);
        }
    }

    @Test
    void blockThatClaimsMoreThanItCanHoldIsRefused() throws Exception {
        Schema nothing = Schema.create(Schema.Type.NULL);
        byte[] many = block(1L << 40, new byte[0]);
        try (AvroContainer container = container(0, header(nothing, "null"), many)) {
            assertThat(catchThrowableOfType(IOException.class, container::next))
                    .hasMessage("a block of 1099511627776 values in 0 bytes");
        }
        byte[] some = block(300_000, new byte[0]);
        try (AvroContainer container = container(0, header(nothing, "null"), some)) {
            assertThat(container.next().count() + container.next().count()).isEqualTo(300_000);
        }
        byte[] large = block(1, zerosPacked((64 << 20) + 1));
        try (AvroContainer container = container(0, header(nothing, "deflate"), large)) {
            assertThat(catchThrowableOfType(IOException.class, container::next))
                    .hasMessage("a block has more than 67108864 bytes");
        }
    }

    private static AvroContainer container(long place, byte[]... parts) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            file.write(part);
        }
        return new AvroContainer(new ByteArrayInputStream(file.toByteArray()), place, 4 << 20);
    }

    private static byte[] header(Schema schema, String codec) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (DataFileWriter<Object> writer = new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
            writer.setCodec(CodecFactory.fromString(codec)).create(schema, file, MARKER);
        }
        return file.toByteArray();
    }

    private static byte[] block(long count, byte[] content) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(block, null);
        encoder.writeLong(count);
        encoder.writeLong(content.length);
        block.write(content);
        block.write(MARKER);
        return block.toByteArray();
    }

    private static byte[] zerosPacked(int size) {
        Deflater deflater = new Deflater(1, true);
        try {
            byte[] zeros = new byte[1 << 20];
            byte[] packed = new byte[1 << 20];
            int length = 0;
            for (int left = size; left > 0; left -= zeros.length) {
                deflater.setInput(zeros, 0, Math.min(left, zeros.length));
                while (!deflater.needsInput()) {
                    length += deflater.deflate(packed, length, packed.length - length);
                }
            }
            deflater.finish();
            while (!deflater.finished()) {
                length += deflater.deflate(packed, length, packed.length - length);
            }
            return Arrays.copyOf(packed, length);
        } finally {
            deflater.end();
        }
    }

    private String refusal(byte[] content) throws IOException {
        Path path = Files.write(folder.resolve("torn.avro"), content);
        FoundFile file = FoundFile.at(path).orElseThrow();
        StatementException e = catchThrowableOfType(StatementException.class, () -> rows(file, 0));
        assertThat(e.state()).isEqualTo(SqlState.FILE_UNREADABLE);
        return e.getMessage();
    }

    private FoundFile put(String name, Schema schema, CodecFactory codec) throws IOException {
        Path path = folder.resolve(name);
        try (DataFileWriter<GenericRecord> writer = new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
            writer.setCodec(codec).create(schema, path.toFile());
            for (int id = 0; id < VALUES; id++) {
                GenericRecord value = new GenericData.Record(schema);
                boolean wide = schema.getField("id").schema().getType() == Schema.Type.LONG;
                value.put("id", wide ? (Object) (long) id : (Object) id);
                value.put("word", wide && id == 0 ? null : "word " + id);
                if (schema.getField("more") != null) {
                    value.put("more", "more");
                }
                writer.append(value);
            }
        }
        return FoundFile.at(path).orElseThrow();
    }

    private ExpressionEngine engine() {
        return new ExpressionEngine(ExpressionEngine.MEMORY_BYTES_DEFAULT, 1, folder.resolve("temp"));
    }

    private List<String> rows(FoundFile file, long from) throws Exception {
        try (RootAllocator allocator = new RootAllocator();
                ExpressionEngine expressions = engine();
                Loader loader = new Loader(pipeline(), allocator, expressions)) {
            return rows(loader, file, from);
        }
    }

    private List<String> rows(Loader loader, FoundFile file, long from) {
        List<String> rows = new ArrayList<>();
        try (FileContent content = FileContent.open(pipeline(), file, from, 64 << 10)) {
            while (!content.hasEnded()) {
                try (LoadResult loaded = loader.load(content.next())) {
                    assertThat(loaded.errors()).isEmpty();
                    for (int row = 0; row < loaded.rows().getRowCount(); row++) {
                        rows.add(loaded.rows().getVector(0).getObject(row) + "|"
                                + loaded.rows().getVector(1).getObject(row));
                    }
                }
            }
            assertThat(content.place()).isEqualTo(from + rows.size());
        }
        return rows;
    }

    private static FormatSpec.Mapping mapping(String name) {
        return new FormatSpec.Mapping(name, List.of(name), Optional.empty());
    }

    private PipelineSpec pipeline() {
        return pipeline(new FormatSpec.Avro(List.of(mapping("id"), mapping("word")), Optional.empty(), List.of()));
    }

    private PipelineSpec pipeline(FormatSpec format) {
        List<ColumnSpec> columns = List.of(
                new ColumnSpec("id", SqlType.of(SqlType.Kind.BIGINT), true, Optional.empty()),
                new ColumnSpec("word", SqlType.of(SqlType.Kind.VARCHAR, 40), true, Optional.empty()));
        return new PipelineSpec(
                1,
                "db",
                "p",
                new SourceSpec.Files(folder + "/*", FileSettings.DEFAULT),
                format,
                new TableSpec(1, 1, "db", "t", false, columns, List.of(), List.of()),
                Duration.ofMillis(100),
                OptionalInt.empty());
    }
}
