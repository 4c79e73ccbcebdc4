package dev.millrace.leaf;

import dev.millrace.leaf.engine.Rows;
import dev.millrace.store.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A leaf in a process of its own. Its folder and ports stay the same from life to life. */
final class LeafProcess implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final Path folder;
    private final int port = freePort();
    private final int raftPort = freePort();
    private Process process;

    LeafProcess(Path folder) throws IOException {
        this.folder = folder;
        start();
    }

    /** Runs in the child: ends when its parent does, because then its input ends. */
    public static void main(String[] args) throws IOException {
        LeafConfig config = new LeafConfig(
                Path.of(args[0]), HOST, Integer.parseInt(args[1]), Integer.parseInt(args[2]), 128L << 20, 1, List.of());
        try (LeafServer leaf = new LeafServer(config, Rows.ALLOCATOR)) {
            leaf.awaitReady(Duration.ofSeconds(60));
            while (System.in.read() >= 0) {}
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }

    Endpoint endpoint() {
        return new Endpoint(HOST, port);
    }

    /** Begins a life; callers wait for it by asking again. */
    void start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        // What a killed JVM has unpacked stays behind: in the test's own folder.
        Path temporary = Files.createDirectories(folder.resolveSibling("leaf-tmp"));
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LeafProcess.class.getName()));
        command.addAll(List.of(folder.toString(), Integer.toString(port), Integer.toString(raftPort)));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolveSibling("leaf.log").toFile()))
                .start();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
