package dev.millrace.transform.file;

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
import dev.millrace.transform.load.RecordBatch;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileContentTest {
    private static final int PIECE_BYTES = 64 << 10;

    @TempDir
    Path folder;

    /** A record and the byte where it begins. */
    private record Found(long offset, String text) {}

    @Test
    void recordsAreWholeAndHaveTheirPlacesWhereverReadingBegins() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<Found> lines = new ArrayList<>();
        List<Found> documents = new ArrayList<>();
        StringBuilder csv = new StringBuilder("a \"header\"\n");
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            String filler = "x\n\"\"".repeat(random.nextInt(40));
            String line = i + ",\"" + filler + "\"\n";
            lines.add(new Found(csv.length(), line));
            csv.append(line);
            String document = "{\"i\": " + i + ", \"f\": \"}\\\" " + "{".repeat(random.nextInt(99)) + "\"}";
            documents.add(new Found(json.length(), document));
            json.append(document);
        }
        check("lines.csv", csv.toString(), csv(1), lines, random);
        check("lines.csv.gz", csv.toString(), csv(1), lines, random);
        check("documents.json.gz", json.toString(), json(), documents, random);
    }

    private void check(String name, String content, FormatSpec format, List<Found> wanted, SplittableRandom random)
            throws IOException {
        FoundFile file = put(name, content);
        List<Found> all = new ArrayList<>();
        List<Long> places = new ArrayList<>();
        try (FileContent opened = open(file, format, 0)) {
            while (!opened.hasEnded()) {
                add(opened.next(), all);
                places.add(opened.place());
            }
            assertThat(opened.place()).isEqualTo(content.length());
        }
        assertThat(places).hasSizeGreaterThan(2);
        assertThat(all).isEqualTo(wanted);
        long place = places.get(random.nextInt(places.size()));
        List<Found> rest = new ArrayList<>();
        try (FileContent opened = open(file, format, place)) {
            while (!opened.hasEnded()) {
                add(opened.next(), rest);
            }
        }
        assertThat(rest)
                .isEqualTo(
                        wanted.stream().filter(found -> found.offset() >= place).toList());
    }

    @Test
    void tornStringTakesNoLineButItsOwn() throws IOException {
        FoundFile file = put("torn.json", "{\"i\": 1}\n{\"i\": 2, \"f\": \"torn\n{\"i\": 3}\n{\"i\": 4}");
        List<Found> found = new ArrayList<>();
        try (FileContent content = open(file, json(), 0)) {
            add(content.next(), found);
        }
        assertThat(found)
                .extracting(Found::text)
                .extracting(String::strip)
                .containsExactly("{\"i\": 1}", "{\"i\": 2, \"f\": \"torn", "{\"i\": 3}", "{\"i\": 4}");
    }

    @Test
    void linesToIgnoreMayBeAllThereIs() throws IOException {
        FoundFile file = put("header.csv", "a\nb\n");
        try (FileContent content = open(file, csv(3), 0)) {
            assertThat(content.next().count()).isZero();
            assertThat(content.hasEnded()).isTrue();
            assertThat(content.place()).isEqualTo(4);
        }
        try (FileContent content = open(file, csv(1), 0)) {
            List<Found> found = new ArrayList<>();
            add(content.next(), found);
            assertThat(found).containsExactly(new Found(2, "b\n"));
        }
    }

    @Test
    void noPlaceIsAmongTheLinesToIgnore() throws IOException {
        FoundFile file = put("preface.csv", "a line that is not data\n".repeat(20_000) + "1\n".repeat(50_000));
        List<Found> found = new ArrayList<>();
        long place = 0;
        while (place < file.size()) {
            // As if each piece were the last before a failure.
            try (FileContent content = open(file, csv(20_000), place)) {
                add(content.next(), found);
                place = content.place();
            }
        }
        assertThat(found).hasSize(50_000).allMatch(record -> record.text().equals("1\n"));
    }

    @Test
    void fileThatIsAnotherByItsEndIsRefused() throws IOException {
        FoundFile file = put("grows.csv", "1\n");
        try (FileContent content = open(file, csv(0), 0)) {
            Files.writeString(Path.of(file.path()), "1\n2\n");
            assertThat(catchThrowableOfType(StatementException.class, content::next)
                            .state())
                    .isEqualTo(SqlState.FILE_CHANGED);
        }
        FoundFile shrunk = new FoundFile(file.path(), 100, file.modifiedMillis());
        try (FileContent content = open(shrunk, csv(0), 0)) {
            assertThat(catchThrowableOfType(StatementException.class, content::next))
                    .hasMessageContaining("has 4 now");
        }
    }

    @Test
    void whatCannotBeReadIsNamedWithTheReason() throws IOException {
        FoundFile plain = put("not-packed.csv", "1\n");
        FoundFile renamed = new FoundFile(folder + "/packed.gz", 2, 0);
        Files.move(Path.of(plain.path()), Path.of(renamed.path()));
        StatementException e = catchThrowableOfType(StatementException.class, () -> open(renamed, csv(0), 0));
        assertThat(e.state()).isEqualTo(SqlState.FILE_UNREADABLE);
        assertThat(e).hasMessageStartingWith("file '" + renamed.path() + "' is not complete, or not packed");
        assertThat(catchThrowableOfType(StatementException.class, () -> open(plain, csv(0), 0)))
                .hasMessage("file '" + plain.path() + "' is not there any more");
    }

    private FoundFile put(String name, String content) throws IOException {
        Path path = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(path);
                OutputStream packed = name.endsWith(".gz") ? new GZIPOutputStream(out) : out) {
            packed.write(content.getBytes(UTF_8));
        }
        return FoundFile.at(path).orElseThrow();
    }

    private FileContent open(FoundFile file, FormatSpec format, long place) {
        PipelineSpec pipeline = new PipelineSpec(
                1,
                "db",
                "p",
                new SourceSpec.Files(folder + "/*", FileSettings.DEFAULT),
                format,
                new TableSpec(
                        1,
                        1,
                        "db",
                        "t",
                        false,
                        List.of(new ColumnSpec("i", SqlType.of(SqlType.Kind.BIGINT), true, Optional.empty())),
                        List.of(),
                        List.of()),
                Duration.ofMillis(100),
                OptionalInt.empty());
        return FileContent.open(pipeline, file, place, PIECE_BYTES);
    }

    private static void add(RecordBatch records, List<Found> into) {
        for (int i = 0; i < records.count(); i++) {
            into.add(new Found(
                    records.offsets()[i],
                    new String(records.bytes(), records.starts()[i], records.lengths()[i], UTF_8)));
        }
    }

    private static FormatSpec json() {
        return new FormatSpec.Json(List.of(new FormatSpec.Mapping("i", List.of("i"), Optional.empty())));
    }

    private static FormatSpec csv(int ignored) {
        return new FormatSpec.Csv(
                ",", "\"", true, "\\", "\n", "", List.of("i", "f"), FormatSpec.CsvNulls.USUAL, ignored);
    }
}
