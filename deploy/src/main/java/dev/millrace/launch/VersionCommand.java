package dev.millrace.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace version}: what this is, in one line. */
@Command(name = "version", description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
    @Mixin
    private HelpOption help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Properties versions = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("version.properties")) {
            versions.load(in);
        }
        out.printf(
                "Millrace %s (Flink %s, DuckDB %s, Kafka %s, Java %s)%n",
                versions.getProperty("millrace"),
                versions.getProperty("flink"),
                versions.getProperty("duckdb"),
                versions.getProperty("kafka"),
                Runtime.version());
        out.flush();
        return 0;
    }
}
