package dev.millrace.transform.load;

import static dev.millrace.transform.load.Loads.NULL;
import static dev.millrace.transform.load.Loads.column;
import static dev.millrace.transform.load.Loads.mapping;
import static dev.millrace.transform.load.Loads.mappingOr;
import static dev.millrace.transform.load.Loads.notNull;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import dev.millrace.transform.registry.RegistryServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Avro that Avro's own writer has written. */
class AvroLoadTest {
    private final Loads loads = new Loads();

    @AfterEach
    void close() {
        loads.close();
    }

    private static Schema schema(String json) {
        return new Schema.Parser().parse(json.replace('\'', '"'));
    }

    /** A record r of one field f. */
    private static Schema field(String type) {
        return schema("{'type':'record','name':'r','fields':[{'name':'f','type':" + type + "}]}");
    }

    private static byte[] written(Schema schema, Object... values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            for (Object value : values) {
                new GenericDatumWriter<>(schema).write(value, encoder);
            }
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    private static GenericData.Record record(Schema schema, Object... values) {
        GenericData.Record made = new GenericData.Record(schema);
        for (int i = 0; i < values.length; i++) {
            made.put(i, values[i]);
        }
        return made;
    }

    private static PipelineSpec avro(Schema schema, List<FormatSpec.Mapping> mappings, ColumnSpec... columns) {
        return Loads.pipeline(new FormatSpec.Avro(mappings, Optional.of(schema.toString()), List.of()), columns);
    }

    private static PipelineSpec registered(
            RegistryServer server, List<FormatSpec.Mapping> mappings, ColumnSpec... columns) {
        return Loads.pipeline(new FormatSpec.Avro(mappings, Optional.empty(), List.of(server.address())), columns);
    }

    /** What a value of field f is in a column. */
    private String in(Kind kind, String type, Object value) {
        return in(SqlType.of(kind), type, value);
    }

    private String in(SqlType sql, String type, Object value) {
        Schema schema = field(type);
        return loads.rows(
                        avro(schema, List.of(mapping("c", "f")), column("c", sql)),
                        List.of(written(schema, record(schema, value))))
                .get(0)
                .get(0);
    }

    private RecordError refused(SqlType sql, String type, Object value) {
        Schema schema = field(type);
        return loads.error(
                avro(schema, List.of(mapping("c", "f")), column("c", sql)),
                List.of(written(schema, record(schema, value))));
    }

    @Test
    void primitivesBecomeWhatTheyAreInEveryColumnThatTakesThem() {
        assertThat(in(Kind.INT, "['null','string']", null)).isNull();
        assertThat(in(Kind.BOOL, "'boolean'", true)).isEqualTo("true");
        assertThat(in(Kind.TINYINT, "'boolean'", true)).isEqualTo("1");
        assertThat(in(Kind.TEXT, "'boolean'", false)).isEqualTo("false");
        assertThat(in(Kind.TINYINT, "'int'", -128)).isEqualTo("-128");
        assertThat(in(Kind.BIGINT, "'long'", Long.MIN_VALUE)).isEqualTo("-9223372036854775808");
        assertThat(in(Kind.BIGINT, "'long'", Long.MAX_VALUE)).isEqualTo("9223372036854775807");
        assertThat(in(Kind.TEXT, "'long'", -12L)).isEqualTo("-12");
        assertThat(in(Kind.DOUBLE, "'long'", 3L)).isEqualTo("3.0");
        assertThat(in(SqlType.decimal(10, 2), "'int'", 3)).isEqualTo("3.00");
        assertThat(in(Kind.FLOAT, "'float'", 0.1f)).isEqualTo("0.1");
        assertThat(in(Kind.DOUBLE, "'float'", 0.1f)).isEqualTo(Double.toString(0.1f));
        assertThat(in(Kind.DOUBLE, "'double'", -1e300)).isEqualTo("-1.0E300");
        assertThat(in(Kind.INT, "'double'", 2.5)).isEqualTo("3");
        assertThat(in(SqlType.decimal(10, 1), "'double'", 1.25)).isEqualTo("1.3");
        assertThat(in(Kind.TEXT, "'double'", Double.NaN)).isEqualTo("NaN");
        assertThat(in(Kind.TEXT, "'string'", "naïve 😀")).isEqualTo("naïve 😀");
        assertThat(in(Kind.INT, "'string'", " 42 ")).isEqualTo("42");
        assertThat(in(Kind.BLOB, "'bytes'", ByteBuffer.wrap(new byte[] {0, -1})))
                .isEqualTo("00ff");
        assertThat(in(Kind.TEXT, "'bytes'", ByteBuffer.wrap("text".getBytes(UTF_8))))
                .isEqualTo("text");
        assertThat(in(Kind.DATE, "'int'", 20260131)).isEqualTo("2026-01-31");
    }

    @Test
    void enumsAndFixedAndUnions() {
        Schema colours = schema("{'type':'enum','name':'e','symbols':['RED','GREEN']}");
        String fixed = "{'type':'fixed','name':'x','size':3}";
        assertThat(in(Kind.TEXT, colours.toString(), new GenericData.EnumSymbol(colours, "GREEN")))
                .isEqualTo("GREEN");
        assertThat(in(SqlType.of(Kind.BINARY, 4), fixed, new GenericData.Fixed(schema(fixed), new byte[] {1, 2, 3})))
                .isEqualTo("01020300");
        assertThat(in(Kind.INT, "['null','int','string']", null)).isNull();
        assertThat(in(Kind.INT, "['null','int','string']", 5)).isEqualTo("5");
        assertThat(in(Kind.INT, "['null','int','string']", "6")).isEqualTo("6");
    }

    @Test
    void logicalTypesBecomeDatesTimesAndNumbers() {
        String millis = "{'type':'long','logicalType':'timestamp-millis'}";
        String micros = "{'type':'long','logicalType':'local-timestamp-micros'}";
        String nanos = "{'type':'long','logicalType':'timestamp-nanos'}";
        assertThat(in(Kind.DATE, "{'type':'int','logicalType':'date'}", -1)).isEqualTo("1969-12-31");
        assertThat(in(Kind.TEXT, "{'type':'int','logicalType':'date'}", 0)).isEqualTo("1970-01-01");
        assertThat(in(Kind.INT, "{'type':'int','logicalType':'date'}", 12)).isEqualTo("12");
        assertThat(in(SqlType.of(Kind.DATETIME, 3), millis, 1_767_225_600_123L)).isEqualTo("2026-01-01T00:00:00.123");
        assertThat(in(SqlType.of(Kind.DATETIME), millis, -1L)).isEqualTo("1970-01-01T00:00");
        assertThat(in(Kind.DATE, millis, 1_767_225_600_123L)).isEqualTo("2026-01-01");
        assertThat(in(Kind.TEXT, millis, 1_767_225_600_123L)).isEqualTo("2026-01-01 00:00:00.123");
        assertThat(in(Kind.BIGINT, millis, 1_767_225_600_123L)).isEqualTo("1767225600123");
        assertThat(in(SqlType.of(Kind.DATETIME, 6), micros, 1L)).isEqualTo("1970-01-01T00:00:00.000001");
        assertThat(in(Kind.TEXT, micros, 1L)).isEqualTo("1970-01-01 00:00:00.000001");
        assertThat(in(SqlType.of(Kind.DATETIME, 6), nanos, 1_500L)).isEqualTo("1970-01-01T00:00:00.000002");
        assertThat(in(Kind.TEXT, "{'type':'int','logicalType':'time-millis'}", 3_723_004))
                .isEqualTo("01:02:03.004");
        assertThat(in(Kind.TEXT, "{'type':'long','logicalType':'time-micros'}", 3_723_000_000L))
                .isEqualTo("01:02:03");
        assertThat(in(Kind.TEXT, "{'type':'string','logicalType':'uuid'}", "0-u"))
                .isEqualTo("0-u");
        assertThat(refused(SqlType.of(Kind.DATETIME), millis, Long.MAX_VALUE).kind())
                .isEqualTo(RecordError.Kind.OUT_OF_RANGE);
        assertThat(refused(SqlType.of(Kind.TEXT), millis, Long.MIN_VALUE).kind())
                .isEqualTo(RecordError.Kind.OUT_OF_RANGE);
    }

    @Test
    void decimalsAndUuidsOfBytes() {
        String decimal = "{'type':'bytes','logicalType':'decimal','precision':30,'scale':2}";
        String fixed = "{'type':'fixed','name':'x','size':4,'logicalType':'decimal','precision':9,'scale':3}";
        String uuid = "{'type':'fixed','name':'x','size':16,'logicalType':'uuid'}";
        byte[] digits = new BigInteger("-123456789012345678901").toByteArray();
        assertThat(in(SqlType.decimal(30, 2), decimal, ByteBuffer.wrap(digits))).isEqualTo("-1234567890123456789.01");
        assertThat(in(Kind.TEXT, decimal, ByteBuffer.wrap(new byte[0]))).isEqualTo("0.00");
        assertThat(in(SqlType.decimal(9, 1), fixed, new GenericData.Fixed(schema(fixed), new byte[] {0, 0, 4, -46})))
                .isEqualTo("1.2");
        assertThat(refused(SqlType.decimal(9, 1), decimal, ByteBuffer.wrap(digits))
                        .kind())
                .isEqualTo(RecordError.Kind.OUT_OF_RANGE);
        assertThat(refused(SqlType.decimal(9, 1), decimal, ByteBuffer.wrap(new byte[1_000_000]))
                        .kind())
                .isEqualTo(RecordError.Kind.OUT_OF_RANGE);
        String endless = "{'type':'bytes','logicalType':'decimal','precision':2000000000,'scale':2000000000}";
        for (Kind kind : List.of(Kind.TEXT, Kind.JSON)) {
            assertThat(refused(SqlType.of(kind), endless, ByteBuffer.wrap(new byte[] {1}))
                            .kind())
                    .isEqualTo(RecordError.Kind.OUT_OF_RANGE);
        }
        byte[] sixteen = new byte[16];
        sixteen[0] = -1;
        sixteen[15] = 10;
        GenericData.Fixed value = new GenericData.Fixed(schema(uuid), sixteen);
        assertThat(in(Kind.TEXT, uuid, value)).isEqualTo("ff000000-0000-0000-0000-00000000000a");
        assertThat(in(SqlType.of(Kind.BINARY, 16), uuid, value)).isEqualTo("ff00000000000000000000000000000a");
    }

    @Test
    void recordsArraysAndMapsAreJson() {
        Schema schema = schema("{'type':'record','name':'r','fields':["
                + "{'name':'a','type':{'type':'array','items':['null','double']}},"
                + "{'name':'m','type':{'type':'map','values':'bytes'}},"
                + "{'name':'d','type':{'type':'int','logicalType':'date'}},"
                + "{'name':'n','type':['null','r']}]}");
        GenericData.Record inner = record(schema, List.of(), Map.of(), 0, null);
        GenericData.Record outer = record(
                schema,
                Arrays.asList(1.5, null, Double.POSITIVE_INFINITY),
                Map.of("k\"\n", ByteBuffer.wrap(new byte[] {'x', -1, 1})),
                1,
                inner);
        PipelineSpec spec = avro(
                schema,
                List.of(mapping("doc"), mapping("txt", "a"), mapping("num", "d")),
                column("doc", Kind.JSON),
                column("txt", Kind.TEXT),
                column("num", Kind.JSON));

        assertThat(loads.rows(spec, List.of(written(schema, outer))).get(0))
                .containsExactly(
                        "{\"a\":[1.5,null,\"Infinity\"],\"m\":{\"k\\\"\\u000a\":\"xÿ\\u0001\"},\"d\":\"1970-01-02\","
                                + "\"n\":{\"a\":[],\"m\":{},\"d\":\"1970-01-01\",\"n\":null}}",
                        "[1.5,null,\"Infinity\"]",
                        "\"1970-01-02\"");
        assertThat(refused(SqlType.of(Kind.INT), "{'type':'array','items':'int'}", List.of(1))
                        .kind())
                .isEqualTo(RecordError.Kind.INCORRECT_VALUE);
        assertThat(in(Kind.JSON, "'string'", " {\"a\": 1} ")).isEqualTo("{\"a\": 1}");
        assertThat(in(Kind.JSON, "'int'", 7)).isEqualTo("7");
    }

    @Test
    void pathsLeadThroughRecordsUnionsAndMaps() {
        Schema schema = schema("{'type':'record','name':'r','fields':["
                + "{'name':'before','type':{'type':'array','items':'string'}},"
                + "{'name':'u','type':['null',{'type':'record','name':'in','fields':["
                + "{'name':'x','type':'int'},{'name':'m','type':{'type':'map','values':'string'}}]},'string']},"
                + "{'name':'last','type':'int'}]}");
        Schema in = schema.getField("u").schema().getTypes().get(1);
        PipelineSpec spec = avro(
                schema,
                List.of(
                        mappingOr("x", "-1", "u", "x"),
                        mappingOr("k", "NULL", "u", "m", "k"),
                        mapping("last", "last"),
                        mappingOr("s", "'no string'", "u", "string"),
                        mappingOr("none", "9", "nowhere", "x")),
                column("x", Kind.INT),
                column("k", Kind.TEXT),
                column("last", Kind.INT),
                column("s", Kind.TEXT),
                column("none", Kind.INT));
        Map<String, String> map = new LinkedHashMap<>(Map.of("j", "1"));
        map.put("k", "2");

        assertThat(loads.rows(
                        spec,
                        List.of(written(
                                schema,
                                record(schema, List.of("a", "b"), record(in, 3, map), 4),
                                record(schema, List.of(), null, 5),
                                record(schema, List.of(), "text", 6)))))
                .containsExactly(
                        List.of("3", "2", "4", "no string", "9"),
                        Arrays.asList("-1", NULL, "5", "no string", "9"),
                        Arrays.asList("-1", NULL, "6", "text", "9"));
        PipelineSpec strict = avro(schema, List.of(mapping("x", "u", "x")), column("x", Kind.INT));
        RecordError missing = loads.error(strict, List.of(written(schema, record(schema, List.of(), null, 5))));
        assertThat(missing.kind()).isEqualTo(RecordError.Kind.MISSING_PATH);
        assertThat(missing.reason()).contains("u::x");
    }

    @Test
    void brokenRecordsAreLeftOutAloneAndNamed() {
        Schema schema = schema("{'type':'record','name':'r','fields':["
                + "{'name':'id','type':'int'},{'name':'w','type':'string'},{'name':'b','type':['null','boolean']}]}");
        PipelineSpec spec = avro(
                        schema,
                        List.of(mapping("id", "id"), mapping("w", "w")),
                        notNull("id", Kind.TINYINT),
                        column("w", SqlType.of(Kind.VARCHAR, 3)))
                .withLoad(new LoadSpec(ErrorMode.SKIP_ALL, true, List.of(), Optional.empty()));
        byte[] good = written(schema, record(schema, 1, "a", true));
        byte[] cut = Arrays.copyOf(good, good.length - 1);
        byte[] noBoolean = good.clone();
        noBoolean[good.length - 1] = 7;
        byte[] noBranch = good.clone();
        noBranch[good.length - 2] = 9;
        byte[] badText = good.clone();
        badText[2] = -1;
        byte[] several = written(
                schema,
                record(schema, 1, "a", null),
                record(schema, 2, "long", null),
                record(schema, 300, "", null),
                record(schema, 4, "d", null));
        byte[] endless = new byte[12];
        Arrays.fill(endless, (byte) 0xff);
        try (Loader loader = new Loader(spec, loads.allocator, loads.engine);
                LoadResult result = loader.load(RecordBatch.of(
                        100, List.of(good, cut, noBoolean, noBranch, badText, several, endless, good)))) {
            assertThat(Loads.rows(result).stream().map(row -> row.get(0))).containsExactly("1", "1", "4", "1");
            assertThat(result.errors().stream().map(error -> error.offset() + " " + error.kind()))
                    .containsExactly(
                            "101 MALFORMED",
                            "102 MALFORMED",
                            "103 MALFORMED",
                            "104 ENCODING",
                            "105 TOO_LONG",
                            "105 OUT_OF_RANGE",
                            "106 MALFORMED");
            assertThat(result.errors().get(0).describe())
                    .isEqualTo("record at offset 101, byte 4: not Avro of the schema: the record ends inside a value");
            assertThat(result.errors().get(4).describe())
                    .isEqualTo("record at offset 105, byte 5, column w: value 'long' is too long for VARCHAR(3)");
        }
    }

    @Test
    void aShortRecordCannotKeepATaskForEver() {
        Schema nulls = schema("{'type':'array','items':'null'}");
        PipelineSpec spec = avro(nulls, List.of(mapping("c")), column("c", Kind.JSON));
        byte[] many = {-2, -1, -1, -1, -1, -1, -1, -1, -1, 1, 0};
        assertThat(loads.error(spec, List.of(many)).reason()).contains("more values without bytes");
        Schema deep = schema("{'type':'record','name':'r','fields':[{'name':'n','type':['null','r']}]}");
        byte[] nested = new byte[5000];
        Arrays.fill(nested, (byte) 2);
        assertThat(loads.error(avro(deep, List.of(mapping("c")), column("c", Kind.JSON)), List.of(nested))
                        .reason())
                .contains("nested more than 1000 deep");
        Schema empty = schema("{'type':'record','name':'r','fields':[]}");
        assertThat(loads.error(avro(empty, List.of(mapping("c")), column("c", Kind.JSON)), List.of(new byte[3]))
                        .reason())
                .contains("3 bytes are left behind it");
    }

    /** Any bytes are a row or an error of their record: nothing else comes out, and nothing hangs. */
    @Test
    void anyBytesLoadOrAreRefused() {
        Schema schema = schema("{'type':'record','name':'r','fields':["
                + "{'name':'a','type':{'type':'array','items':['null','double','r']}},"
                + "{'name':'m','type':{'type':'map','values':{'type':'map','values':'bytes'}}},"
                + "{'name':'t','type':{'type':'long','logicalType':'timestamp-micros'}},"
                + "{'name':'e','type':{'type':'enum','name':'e','symbols':['A']}},"
                + "{'name':'s','type':['null','string']}]}");
        PipelineSpec spec = avro(
                        schema,
                        List.of(mapping("j"), mapping("t", "t"), mappingOr("k", "NULL", "m", "k")),
                        column("j", Kind.JSON),
                        column("t", Kind.DATETIME),
                        column("k", Kind.JSON))
                .withLoad(new LoadSpec(ErrorMode.SKIP_ALL, true, List.of(), Optional.empty()));
        SplittableRandom random = new SplittableRandom(Long.getLong("seed", 1));
        byte[] whole = written(
                schema,
                record(
                        schema,
                        List.of(1.0),
                        Map.of("k", Map.of("x", ByteBuffer.wrap(new byte[] {1}))),
                        5L,
                        new GenericData.EnumSymbol(schema.getField("e").schema(), "A"),
                        "text"));
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = whole.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            records.add(Arrays.copyOf(bytes, random.nextInt(1, 2 * bytes.length)));
        }
        records.add(whole);
        try (Loader loader = new Loader(spec, loads.allocator, loads.engine);
                LoadResult result = loader.load(RecordBatch.of(0, records))) {
            assertThat(result.isRefused()).isFalse();
            assertThat(result.rows().getRowCount()).isPositive();
            List<List<String>> rows = Loads.rows(result);
            assertThat(rows.get(rows.size() - 1).get(2)).isEqualTo("{\"x\":\"\\u0001\"}");
        }
    }

    private static byte[] framed(int id, byte[] value) {
        return ByteBuffer.allocate(5 + value.length)
                .put((byte) 0)
                .putInt(id)
                .put(value)
                .array();
    }

    @Test
    void schemasOfARegistryEvolveInOneTopic() throws Exception {
        Schema first = schema("{'type':'record','name':'r','fields':[{'name':'id','type':'int'}]}");
        Schema second = schema("{'type':'record','name':'r','fields':["
                + "{'name':'new','type':'string'},{'name':'id','type':'long'}]}");
        Schema without = schema("{'type':'record','name':'r','fields':[{'name':'new','type':'string'}]}");
        try (RegistryServer server = new RegistryServer()) {
            server.put(1, first.toString());
            server.put(2, second.toString());
            server.put(3, without.toString());
            server.put("/schemas/ids/4", "syntax = \"proto3\";", Map.of("schemaType", "\"PROTOBUF\""));
            server.put(5, "{\"type\":\"nothing\"}");
            PipelineSpec spec = registered(
                            server,
                            List.of(mapping("id", "id"), mappingOr("new", "'old'", "new")),
                            column("id", Kind.INT),
                            column("new", Kind.TEXT))
                    .withLoad(new LoadSpec(ErrorMode.SKIP_PARSER, true, List.of(), Optional.empty()));
            byte[] one = framed(1, written(first, record(first, 7)));
            byte[] two = framed(2, written(second, record(second, "n", 8L)));
            try (Loader loader = new Loader(spec, loads.allocator, loads.engine);
                    LoadResult result = loader.load(RecordBatch.of(
                            0,
                            List.of(
                                    one,
                                    two,
                                    one,
                                    framed(3, written(without, record(without, "n"))),
                                    framed(4, new byte[1]),
                                    framed(5, new byte[1]),
                                    framed(6, new byte[1]),
                                    framed(6, new byte[1]),
                                    new byte[] {0, 0, 0},
                                    "{\"id\": 1}".getBytes(UTF_8),
                                    framed(1, new byte[] {2, 2}),
                                    two)))) {
                assertThat(Loads.rows(result))
                        .containsExactly(
                                List.of("7", "old"), List.of("8", "n"), List.of("7", "old"), List.of("8", "n"));
                assertThat(result.errors().stream().map(RecordError::reason))
                        .satisfiesExactly(
                                reason -> assertThat(reason).contains("no value at id"),
                                reason -> assertThat(reason).contains("schema 4 of schema registry", "PROTOBUF"),
                                reason -> assertThat(reason).contains("schema 5 of", "is not a schema of Avro"),
                                reason -> assertThat(reason).contains("there is no schema 6 of schema registry http"),
                                reason -> assertThat(reason).contains("there is no schema 6"),
                                reason -> assertThat(reason).contains("less than 5 bytes"),
                                reason -> assertThat(reason).contains("begins with byte 123, not 0"),
                                reason -> assertThat(reason).contains("1 bytes are left behind it"));
            }
            assertThat(server.asked)
                    .as("each id once, and one that is missing twice")
                    .hasSize(7);
        }
    }

    @Test
    void aSchemaThatIsThereAMomentLaterIsFound() throws Exception {
        try (RegistryServer server = new RegistryServer()) {
            server.put(1, "\"int\"");
            server.fail(404);
            PipelineSpec spec = registered(server, List.of(mapping("c")), column("c", Kind.INT));

            assertThat(loads.rows(spec, List.of(framed(1, new byte[] {2})))).containsExactly(List.of("1"));
        }
    }

    @Test
    void namedSchemasOfOtherSubjectsAreFound() throws Exception {
        try (RegistryServer server = new RegistryServer()) {
            server.put("/subjects/in/versions/3", "{\"type\":\"enum\",\"name\":\"x.E\",\"symbols\":[\"A\"]}", Map.of());
            server.put(
                    "/schemas/ids/9",
                    "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"e\",\"type\":\"x.E\"}]}",
                    Map.of("references", "[{\"name\":\"x.E\",\"subject\":\"in\",\"version\":3}]"));
            PipelineSpec spec = registered(server, List.of(mapping("c", "e")), column("c", Kind.TEXT));

            assertThat(loads.rows(spec, List.of(framed(9, new byte[] {0})))).containsExactly(List.of("A"));
        }
    }

    /** What is no record's fault is no record's error. */
    @Test
    void aRegistryThatRefusesStopsTheLoad() throws Exception {
        try (RegistryServer server = new RegistryServer()) {
            PipelineSpec spec = registered(server, List.of(mapping("c", "e")), column("c", Kind.TEXT))
                    .withLoad(new LoadSpec(ErrorMode.SKIP_ALL, true, List.of(), Optional.empty()));
            server.fail(403);
            try (Loader loader = new Loader(spec, loads.allocator, loads.engine)) {
                assertThatThrownBy(() -> loader.load(RecordBatch.of(0, List.of(framed(9, new byte[] {0})))))
                        .isInstanceOf(StatementException.class)
                        .hasMessageContaining("schema 9 of schema registry")
                        .hasMessageContaining("status 403");
            }
        }
    }

    @Test
    void aSchemaThatIsNoneIsRefusedBeforeAnythingIsRead() {
        PipelineSpec spec = Loads.pipeline(
                new FormatSpec.Avro(List.of(mapping("c")), Optional.of("{}"), List.of()), column("c", Kind.TEXT));
        assertThatThrownBy(() -> new Loader(spec, loads.allocator, loads.engine))
                .hasMessageContaining("not a schema of Avro");
    }

    @Test
    void outputOfAProgramIsCutIntoValues() {
        Schema schema = schema("{'type':'record','name':'r','fields':[{'name':'w','type':'string'}]}");
        byte[] output = written(schema, record(schema, "one"), record(schema, "two"), record(schema, "x".repeat(300)));
        OutputCutter cutter = OutputCutter.of(
                new FormatSpec.Avro(List.of(mapping("c", "w")), Optional.of(schema.toString()), List.of()));
        int records = 0;
        for (byte b : output) {
            cutter.add(new byte[] {b});
            records += cutter.take(false).count();
        }
        assertThat(records).isEqualTo(3);
        assertThat(cutter.take(true).count()).isZero();
        cutter.add(new byte[] {3, 1, 2});
        assertThat(cutter.take(false).count()).isZero();
        assertThat(cutter.take(true).count())
                .as("what is no Avro is one record")
                .isEqualTo(1);
    }
}
