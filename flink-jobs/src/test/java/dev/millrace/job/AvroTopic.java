package dev.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Messages of schemas that evolve, and a registry that has them, with ids from 1. */
final class AvroTopic implements AutoCloseable {
    private static final String ID = "{\"name\":\"id\",\"type\":\"long\"}";

    /** An id; an id and a name; a name and, behind it, an id that may be null. */
    private static final List<String> SCHEMAS = List.of(
            "{\"type\":\"record\",\"name\":\"r\",\"fields\":[" + ID + "]}",
            "{\"type\":\"record\",\"name\":\"r\",\"fields\":[" + ID + ",{\"name\":\"n\",\"type\":\"string\"}]}",
            "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"n\",\"type\":\"string\"},"
                    + "{\"name\":\"id\",\"type\":[\"null\",\"long\"]}]}");

    private final HttpServer server;
    private final AtomicInteger failures;

    /**
     * @param failures answers before the first that is right
     * @param failure their status
     */
    AvroTopic(int failures, int failure) throws IOException {
        this.failures = new AtomicInteger(failures);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/schemas/ids/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                int id = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
                boolean found = id >= 1 && id <= SCHEMAS.size();
                int status = this.failures.getAndDecrement() > 0 ? failure : found ? 200 : 404;
                String answer = status == 200
                        ? "{\"schema\":\"" + SCHEMAS.get(id - 1).replace("\"", "\\\"") + "\"}"
                        : "{\"error_code\":40403}";
                exchange.sendResponseHeaders(status, answer.length());
                exchange.getResponseBody().write(answer.getBytes(UTF_8));
            }
        });
        server.start();
    }

    String registry() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** A number's message, of a schema that changes with it; one in ten is broken in a way of its own. */
    static byte[] message(int number) {
        int id = 1 + number % 3;
        byte[] whole = message(id, id == 1 ? List.of((long) number) : fields(id, number, "name-" + number));
        if (number % 10 != 3) {
            return whole;
        }
        return switch (number / 10 % 8) {
            case 0 -> Arrays.copyOf(whole, whole.length - 1);
            case 1 -> ("{\"id\":" + number + "}").getBytes(UTF_8);
            case 2 -> ByteBuffer.wrap(whole).putInt(1, 99).array();
            case 3 -> new byte[] {0, 0, 0, 0};
            case 4 -> Arrays.copyOf(whole, whole.length + 1);
            case 5 -> message(2, fields(2, number, "long".repeat(11)));
            case 6 -> ByteBuffer.allocate(7).putInt(1, 3).array();
            default -> ByteBuffer.allocate(7).putInt(1, 3).put(6, (byte) 8).array();
        };
    }

    private static List<Object> fields(int id, long number, String name) {
        return id == 2 ? List.of(number, name) : List.of(name, number);
    }

    private static byte[] message(int id, List<?> values) {
        Schema schema = new Schema.Parser().parse(SCHEMAS.get(id - 1));
        GenericData.Record record = new GenericData.Record(schema);
        for (int i = 0; i < values.size(); i++) {
            record.put(i, values.get(i));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ByteBuffer.allocate(5).putInt(1, id).array());
        try {
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new GenericDatumWriter<>(schema).write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
