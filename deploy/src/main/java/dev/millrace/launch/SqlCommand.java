package dev.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace sql}: statements from the command line, a file, a pipe, or a person. */
@Command(name = "sql", description = "Run SQL: -e or -f, else a shell on a terminal, else what comes through a pipe.")
final class SqlCommand implements Callable<Integer> {
    @Mixin
    private HelpOption help;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The aggregator: a JDBC URL, or http://HOST:PORT (default: ${DEFAULT-VALUE}).",
            defaultValue = SqlConnection.URL_DEFAULT)
    private String url;

    @Option(names = "--database", paramLabel = "DB", description = "The database to start in.")
    private Optional<String> database;

    @ArgGroup(exclusive = true, multiplicity = "0..1")
    private Input input;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "How rows are printed: table, csv, or json with one object per line (default: table).",
            defaultValue = "table")
    private ResultFormat format;

    private static final class Input {
        @Option(names = "-e", paramLabel = "SQL", description = "One or more statements.", required = true)
        private Optional<String> statements;

        @Option(names = "-f", paramLabel = "FILE", description = "A file of statements.", required = true)
        private Optional<Path> file;
    }

    @Override
    public Integer call() throws IOException {
        ProcessEdge.logNothing();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        if (input == null && System.console() != null) {
            return SqlShell.run(SqlConnection.jdbcUrl(url), database);
        }
        try (Reader script = script();
                SqlConnection connection = SqlConnection.open(url, database)) {
            boolean ok = new SqlRun(connection, new ResultPrinter(format, out), format == ResultFormat.TABLE, out, err)
                    .all(new SqlScript(script));
            return ok ? 0 : MillraceMain.EXIT_FAILURE;
        } catch (NoSuchFileException e) {
            err.println("millrace: no file " + e.getFile());
            return MillraceMain.EXIT_FAILURE;
        } catch (SQLException e) {
            err.println(SqlErrors.line(e));
            return MillraceMain.EXIT_FAILURE;
        } finally {
            out.flush();
        }
    }

    private Reader script() throws IOException {
        if (input == null) {
            return new BufferedReader(new InputStreamReader(System.in, UTF_8));
        }
        return input.statements.isPresent()
                ? new StringReader(input.statements.get())
                : Files.newBufferedReader(input.file.orElseThrow(), UTF_8);
    }
}
