package dev.millrace.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A {@code millrace start} as a child process on free ports: can be stopped, killed, and started again on its folder.
 * Closing it leaves no process behind.
 */
final class MillraceProcess implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofMinutes(3);
    private static final String READY = "ready ";

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final CompletableFuture<String> ready = new CompletableFuture<>();

    private MillraceProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "millrace-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a process and returns when it is ready.
     *
     * @param options more of them; later ones win over the free ports given here
     */
    static MillraceProcess start(Path data, String... options) throws IOException, InterruptedException {
        MillraceProcess started = launch(data, options);
        try {
            started.ready.get(READY_MAX.toSeconds(), TimeUnit.SECONDS);
            return started;
        } catch (ExecutionException | TimeoutException e) {
            started.close();
            throw new AssertionError("not ready:\n" + started.output(), e);
        } catch (InterruptedException e) {
            started.close();
            throw e;
        }
    }

    /** Starts a process and does not wait, for tests that kill it while it starts. */
    static MillraceProcess launch(Path data, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("start", "--data", data.toString(), "--memory", "2g"));
        for (String port : List.of("--jdbc-port", "--flink-port", "--kafka-port", "--leaf-port", "--raft-port")) {
            if (!List.of(options).contains(port)) {
                arguments.addAll(List.of(port, "0"));
            }
        }
        arguments.addAll(List.of(options));
        ProcessBuilder builder = Distribution.builder(arguments.toArray(String[]::new));
        return new MillraceProcess(builder.redirectErrorStream(true).start());
    }

    long pid() {
        return process.pid();
    }

    String jdbcUrl() {
        return door(READY);
    }

    /** {@code http://host:port} of Flink. */
    String dashboard() {
        return door("dashboard ");
    }

    /** {@code host:port} of the first leaf, which has the system partition. */
    String leaf() {
        return door("leaf ");
    }

    /** {@code host:port} of the embedded broker. */
    String kafka() {
        return door("kafka ");
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl());
    }

    /** Everything printed so far. */
    String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM; the exit status. */
    int stop(Duration max) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("not stopped within " + max + ":\n" + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    private String door(String name) {
        synchronized (lines) {
            return lines.stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no line '" + name + "…' in:\n" + output()));
        }
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            String line;
            while ((line = in.readLine()) != null) {
                synchronized (lines) {
                    lines.add(line);
                }
                if (line.startsWith(READY)) {
                    ready.complete(line);
                }
            }
            ready.completeExceptionally(new IOException("ended before it was ready"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
            throw new UncheckedIOException(e);
        }
    }
}
