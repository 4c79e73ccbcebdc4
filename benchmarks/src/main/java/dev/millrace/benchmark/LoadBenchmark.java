package dev.millrace.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import dev.millrace.transform.load.ExpressionEngine;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.Loader;
import dev.millrace.transform.load.RecordBatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * CPU time that load takes for a row of {@link Rows}, on one thread, without Kafka, Flink and the store, beside the least
 * that a plain reader of the format does: splitting a string, and Jackson's tokens of a packed batch, untyped both.
 */
public final class LoadBenchmark {
    private static final int RECORDS = 20_000;
    private static final int ROUNDS = 200;
    private static final JsonFactory JSON = new JsonFactory();

    private LoadBenchmark() {}

    /** A reader of the same records that answers how many it saw. */
    private interface Baseline {
        int read(RecordBatch batch) throws IOException;
    }

    public static void main(String[] args) throws IOException {
        List<ColumnSpec> csv = List.of(
                column("id", SqlType.of(Kind.BIGINT)),
                column("user_id", SqlType.of(Kind.INT)),
                column("page", SqlType.of(Kind.VARCHAR, 40)),
                column("country", SqlType.of(Kind.CHAR, 2)),
                column("price", SqlType.decimal(10, 2)),
                column("quantity", SqlType.of(Kind.INT)),
                column("seen", SqlType.of(Kind.DATETIME)),
                column("agent", SqlType.of(Kind.VARCHAR, 40)));
        List<ColumnSpec> json = List.of(
                column("id", SqlType.of(Kind.BIGINT)),
                column("created", SqlType.of(Kind.DATETIME)),
                column("user_id", SqlType.of(Kind.BIGINT)),
                column("user_name", SqlType.of(Kind.VARCHAR, 40)),
                column("followers", SqlType.of(Kind.INT)),
                column("body", SqlType.of(Kind.TEXT)),
                column("tag", SqlType.of(Kind.VARCHAR, 40)),
                column("retweets", SqlType.of(Kind.INT)),
                column("lang", SqlType.of(Kind.CHAR, 2)),
                column("score", SqlType.of(Kind.DOUBLE)));
        List<FormatSpec.Mapping> mappings = new ArrayList<>();
        for (String path :
                "id created user::id user::name user::followers body tag retweets lang score".split(" ", -1)) {
            String column = json.get(mappings.size()).name();
            mappings.add(new FormatSpec.Mapping(column, List.of(path.split("::", -1)), Optional.empty()));
        }
        List<String> fields = csv.stream().map(ColumnSpec::name).toList();
        measure(
                "csv",
                new FormatSpec.Csv(",", "", false, "\\", "\n", "", fields),
                csv,
                Rows::csv,
                LoadBenchmark::split);
        measure("json", new FormatSpec.Json(mappings), json, Rows::json, LoadBenchmark::tokens);
    }

    private static ColumnSpec column(String name, SqlType type) {
        return new ColumnSpec(name, type, true, Optional.empty());
    }

    private static int split(RecordBatch batch) {
        int lines = 0;
        for (int i = 0; i < batch.count(); i++) {
            String line = new String(batch.bytes(), batch.starts()[i], batch.lengths()[i], UTF_8);
            lines += line.split(",", -1).length / 8;
        }
        return lines;
    }

    private static int tokens(RecordBatch batch) throws IOException {
        int documents = 0;
        int depth = 0;
        try (JsonParser parser = JSON.createParser(batch.bytes())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                documents += token.isStructEnd() && depth == 0 ? 1 : 0;
            }
        }
        return documents;
    }

    private static void measure(
            String name, FormatSpec format, List<ColumnSpec> columns, LongFunction<byte[]> row, Baseline baseline)
            throws IOException {
        List<byte[]> records = new ArrayList<>();
        long bytes = 0;
        for (long i = 0; i < RECORDS; i++) {
            records.add(row.apply(1_000_000 + i));
            bytes += records.get(records.size() - 1).length;
        }
        RecordBatch batch = RecordBatch.of(0, records);
        PipelineSpec pipeline = new PipelineSpec(
                1,
                "bench",
                name,
                new SourceSpec.Kafka(List.of("none:9092"), name),
                format,
                new TableSpec(1000, 1, "bench", name, false, columns, List.of(), List.of("id")),
                Duration.ofSeconds(1),
                OptionalInt.empty());
        Path temp = Path.of(System.getProperty("java.io.tmpdir"));
        double best = Double.MAX_VALUE;
        double plain = Double.MAX_VALUE;
        try (BufferAllocator allocator = new RootAllocator();
                ExpressionEngine engine = new ExpressionEngine(ExpressionEngine.MEMORY_BYTES_DEFAULT, 1, temp);
                Loader loader = new Loader(pipeline, allocator, engine)) {
            for (int round = 0; round < ROUNDS; round++) {
                long start = cpuNanos();
                try (LoadResult result = loader.load(batch)) {
                    if (result.rows().getRowCount() != RECORDS) {
                        throw new IllegalStateException(result.errors().toString());
                    }
                }
                long loaded = cpuNanos();
                if (baseline.read(batch) != RECORDS) {
                    throw new IllegalStateException("the baseline saw other records");
                }
                best = Math.min(best, (loaded - start) / (double) RECORDS);
                plain = Math.min(plain, (cpuNanos() - loaded) / (double) RECORDS);
            }
        }
        System.out.printf(
                "%s: rows of %d bytes, %.0f ns each; a plain reader takes %.0f ns: %.2f%n",
                name, bytes / RECORDS, best, plain, best / plain);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
