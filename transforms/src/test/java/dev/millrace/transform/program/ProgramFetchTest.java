package dev.millrace.transform.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramFetchTest {
    private static final byte[] SCRIPT = "#!/bin/sh\nexec cat\n".getBytes(UTF_8);

    @TempDir
    Path folder;

    private static TransformSpec transform(String uri, String program) {
        return new TransformSpec(uri, program, "", TransformSpec.Framing.LENGTH, "", 0);
    }

    private TransformSpec local(String name, byte[] content, String program) throws IOException {
        return transform(Files.write(folder.resolve(name), content).toUri().toString(), program);
    }

    /** A tarball with a script {@code bin/run}, a data file and one more entry. */
    private static byte[] tarball(String other, byte type, String link) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
            put(tar, new TarArchiveEntry("./bin/run"), SCRIPT);
            put(tar, new TarArchiveEntry("data/words"), "a b".getBytes(UTF_8));
            TarArchiveEntry entry = new TarArchiveEntry(other, type, true);
            entry.setLinkName(link);
            put(tar, entry, type == TarConstants.LF_NORMAL ? SCRIPT : new byte[0]);
        }
        return bytes.toByteArray();
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content) throws IOException {
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private ProgramFolder opened(TransformSpec transform, AtomicInteger asked) throws IOException {
        ProgramFile file = ProgramFetch.fetch(transform);
        return ProgramFolder.open(
                folder.resolve("shared"), transform.withFile(file.sha256(), file.bytes().length), () -> {
                    asked.incrementAndGet();
                    return file.bytes();
                });
    }

    private void assertUnavailable(TransformSpec transform, String... words) {
        assertThatThrownBy(() -> ProgramFetch.fetch(transform))
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(SqlState.TRANSFORM_UNAVAILABLE))
                .message()
                .contains(transform.uri())
                .satisfies(message -> assertThat(List.of(words)).allMatch(message::contains));
    }

    @Test
    void fileKeepsItsNameAndCanBeRun() throws Exception {
        ProgramFolder opened = opened(local("my tool.sh", SCRIPT, ""), new AtomicInteger());
        assertThat(opened.executable()).isExecutable().hasBinaryContent(SCRIPT).hasFileName("my_20tool.sh");
    }

    @Test
    void sameFileUnderTwoNamesCanBeRunUnderBoth() throws Exception {
        ProgramFolder one = opened(local("one.sh", SCRIPT, ""), new AtomicInteger());
        ProgramFolder two = opened(local("two.sh", SCRIPT, ""), new AtomicInteger());
        assertThat(one.executable()).isExecutable().hasFileName("one.sh");
        assertThat(two.executable()).isExecutable().hasFileName("two.sh");
    }

    @Test
    void tarballIsUnpackedOnceForAllTasks() throws Exception {
        TransformSpec transform = local("t.tar.gz", tarball("words", TarConstants.LF_SYMLINK, "data/words"), "bin/run");
        AtomicInteger asked = new AtomicInteger();
        List<CompletableFuture<ProgramFolder>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tasks.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return opened(transform, asked);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }));
        }
        for (CompletableFuture<ProgramFolder> task : tasks) {
            ProgramFolder opened = task.get();
            assertThat(opened.executable()).isExecutable();
            assertThat(opened.folder().resolve("words")).hasContent("a b");
        }
        int before = asked.get();
        opened(transform, asked);
        assertThat(asked).hasValue(before);
        try (var left = Files.list(folder.resolve("shared"))) {
            assertThat(left).hasSize(1);
        }
    }

    /** What is not the program is skipped, and its check sum counted all the same. */
    @Test
    void tarballsThatAreReadAtTheSameTimeDoNotDisturbOneAnother() throws Exception {
        byte[] incompressible = new byte[1 << 18];
        new SplittableRandom(1).nextBytes(incompressible);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
            put(tar, new TarArchiveEntry("bin/run"), SCRIPT);
            put(tar, new TarArchiveEntry("data/words"), incompressible);
        }
        TransformSpec transform = local("t.tar.gz", bytes.toByteArray(), "bin/run");
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            readers.add(CompletableFuture.runAsync(() -> {
                for (int read = 0; read < 20; read++) {
                    assertThat(ProgramFetch.fetch(transform).bytes()).hasSize(bytes.size());
                }
            }));
        }
        for (CompletableFuture<Void> reader : readers) {
            reader.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void otherBytesThanTheCatalogPromisedAreRefused() throws Exception {
        TransformSpec transform = local("t.sh", SCRIPT, "").withFile("00", 3);
        assertThatThrownBy(() -> ProgramFolder.open(folder.resolve("shared"), transform, () -> SCRIPT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("SHA-256");
        try (var left = Files.list(folder)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void whatCannotBeRunIsRefused() throws Exception {
        assertUnavailable(transform("file:///no/such/file.py", ""), "no such file");
        assertUnavailable(transform(folder.toUri().toString(), ""));
        assertUnavailable(local("empty", new byte[0], ""), "it is empty");
        assertUnavailable(local("t.py", "import sys".getBytes(UTF_8), ""), "t.py", "begins with #!");
        assertUnavailable(local("large", new byte[(64 << 20) + 1], ""), "larger than 64 MB");
        byte[] tarball = tarball("x", TarConstants.LF_NORMAL, "");
        assertUnavailable(local("t.tar.gz", tarball, "run"), "no file 'run' in it");
        assertUnavailable(local("u.tgz", SCRIPT, "run"));
        assertUnavailable(local("v.tgz", java.util.Arrays.copyOf(tarball, 60), "bin/run"));
    }

    @Test
    void tarballThatLeavesItsFolderIsRefused() throws Exception {
        assertUnavailable(local("a.tgz", tarball("../x", TarConstants.LF_NORMAL, ""), "bin/run"), "leads out");
        assertUnavailable(local("b.tgz", tarball("/tmp/x", TarConstants.LF_NORMAL, ""), "bin/run"), "leads out");
        assertUnavailable(local("c.tgz", tarball("x", TarConstants.LF_CHR, ""), "bin/run"), "neither a file");
        for (String target : List.of("/etc", "../..")) {
            TransformSpec transform = local("d.tgz", tarball("x", TarConstants.LF_SYMLINK, target), "bin/run");
            assertThatThrownBy(() -> opened(transform, new AtomicInteger())).hasMessageContaining("leads out");
        }
    }

    @Test
    void webServerIsAskedOnceWithin() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            boolean there = exchange.getRequestURI().getPath().equals("/x/t.sh");
            exchange.sendResponseHeaders(there ? 200 : 404, there ? SCRIPT.length : -1);
            if (there) {
                exchange.getResponseBody().write(SCRIPT);
            }
            exchange.close();
        });
        server.start();
        String uri = "http://127.0.0.1:" + server.getAddress().getPort();
        try {
            assertThat(ProgramFetch.fetch(transform(uri + "/x/t.sh?v=1", "")).bytes())
                    .isEqualTo(SCRIPT);
            assertThat(asked).hasValue(1);
            assertUnavailable(transform(uri + "/t.sh", ""), "status 404");
        } finally {
            server.stop(0);
        }
        assertUnavailable(transform(uri + "/x/t.sh", ""));
    }
}
