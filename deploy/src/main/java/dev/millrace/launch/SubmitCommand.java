package dev.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.DdlCompiler;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.print.Quoting;
import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace submit}: a file of statements to a running Millrace, and its pipelines started. */
@Command(
        name = "submit",
        description = "Run a file of statements and start every pipeline that it creates or replaces.",
        sortOptions = false)
final class SubmitCommand implements Callable<Integer> {
    @Mixin
    private HelpOption help;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "One or more statements.")
    private Path file;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The aggregator: a JDBC URL, or http://HOST:PORT (default: ${DEFAULT-VALUE}).",
            defaultValue = SqlConnection.URL_DEFAULT)
    private String url;

    @Option(names = "--database", paramLabel = "DB", description = "The database to start in.")
    private Optional<String> database;

    @Override
    public Integer call() throws IOException {
        ProcessEdge.logNothing();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (Reader text = Files.newBufferedReader(file, UTF_8);
                SqlConnection connection = SqlConnection.open(url, database)) {
            SqlRun run = new SqlRun(connection, new ResultPrinter(ResultFormat.TABLE, out), false, out, err);
            SqlScript script = new SqlScript(text);
            Optional<SqlScript.Piece> next;
            while ((next = script.next()).isPresent()) {
                if (!submitted(next.get(), run, out)) {
                    return MillraceMain.EXIT_FAILURE;
                }
            }
            return 0;
        } catch (NoSuchFileException e) {
            err.println("millrace: no file " + e.getFile());
        } catch (SQLException e) {
            err.println(SqlErrors.line(e));
        } finally {
            out.flush();
        }
        return MillraceMain.EXIT_FAILURE;
    }

    private static boolean submitted(SqlScript.Piece piece, SqlRun run, PrintWriter out) {
        if (!run.piece(piece)) {
            return false;
        }
        Optional<String> name = pipeline(piece.sql());
        if (name.isEmpty()) {
            return true;
        }
        boolean started = run.piece(new SqlScript.Piece("START PIPELINE IF NOT RUNNING " + name.get(), piece.start()));
        if (started) {
            out.println("pipeline " + name.get().replace("`", "") + " is started");
        }
        return started;
    }

    /** The name of the pipeline that a statement creates; empty for other statements, and for what only the server reads. */
    private static Optional<String> pipeline(String sql) {
        try {
            Statement statement = new DdlCompiler().parseOne(sql).statement();
            return statement instanceof CreatePipeline create
                    ? Optional.of(Quoting.name(create.name()))
                    : Optional.empty();
        } catch (StatementException e) {
            return Optional.empty();
        }
    }
}
