package dev.millrace.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code bin/millrace start} as a child on free ports and a folder of its own, which goes when it ends. */
final class ProductProcess implements AutoCloseable {
    private static final long READY_SECONDS_MAX = 180;
    private static final long STOP_SECONDS_MAX = 20;

    private final Process process;
    private final Path folder;
    private final int jdbcPort;
    private final int kafkaPort;
    private final CountDownLatch ready = new CountDownLatch(1);

    ProductProcess(Path launcher, int leaves) throws IOException, InterruptedException {
        folder = Files.createTempDirectory("millrace-benchmark");
        jdbcPort = freePort();
        kafkaPort = freePort();
        List<String> command = new ArrayList<>(List.of(launcher.toString(), "start", "--data", folder + "/data"));
        command.addAll(List.of("--leaves", Integer.toString(leaves), "--kafka"));
        command.addAll(List.of("--jdbc-port", Integer.toString(jdbcPort), "--kafka-port", Integer.toString(kafkaPort)));
        command.addAll(List.of("--flink-port", "0", "--leaf-port", "0", "--raft-port", "0"));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        Thread reader = new Thread(this::followOutput, "product-output");
        reader.setDaemon(true);
        reader.start();
        if (!ready.await(READY_SECONDS_MAX, TimeUnit.SECONDS)) {
            close();
            throw new IllegalStateException("not ready within " + READY_SECONDS_MAX + " s");
        }
    }

    String broker() {
        return "127.0.0.1:" + kafkaPort;
    }

    /** CPU time that the process has taken, over all cores. */
    double cpuSeconds() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:avatica:remote:url=http://127.0.0.1:" + jdbcPort + ";fetch_size=10000");
    }

    private void followOutput() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println("  | " + line);
                if (line.startsWith("ready ")) {
                    ready.countDown();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
