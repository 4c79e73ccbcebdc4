package dev.millrace.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The distribution that {@code package} has assembled, used as its users do: through {@code bin/millrace}. */
final class Distribution {
    /** For commands that end by themselves; generous, since machines that test are busy. */
    private static final Duration COMMAND_MAX = Duration.ofMinutes(5);

    private Distribution() {}

    /** What a command left behind. */
    record Result(int status, String out, String err) {}

    /** Runs a command to its end. */
    static Result run(String... arguments) throws IOException, InterruptedException {
        Process process = builder(arguments).start();
        try {
            process.getOutputStream().close();
            CompletableFuture<String> out = read(process.getInputStream());
            CompletableFuture<String> err = read(process.getErrorStream());
            if (!process.waitFor(COMMAND_MAX.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(String.join(" ", arguments) + " has not ended within " + COMMAND_MAX);
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } finally {
            process.destroyForcibly();
        }
    }

    /** A command about to start. The script ends in exec, so the process is the JVM itself. */
    static ProcessBuilder builder(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("TMPDIR", System.getProperty("java.io.tmpdir"));
        builder.environment().put("MILLRACE_JAVA_OPTIONS", System.getProperty("child.jvm", ""));
        return builder;
    }

    private static Path script() throws IOException {
        Path folder = Checkout.ROOT.resolve("deploy/target/distribution");
        try (Stream<Path> versions = Files.list(folder)) {
            return versions.map(version -> version.resolve("bin/millrace"))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no distribution in " + folder + "; run package first"));
        }
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try (stream) {
                return new String(stream.readAllBytes(), UTF_8);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }
}
