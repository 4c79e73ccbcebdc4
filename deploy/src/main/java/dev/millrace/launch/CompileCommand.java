package dev.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.ddl.DdlCompiler;
import dev.millrace.ddl.ParsedStatement;
import dev.millrace.ddl.print.SqlPrinter;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.json.SpecJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace compile}: what a file of statements means, without running it. */
@Command(name = "compile", description = "Check a file of statements and print what they mean.", sortOptions = false)
final class CompileCommand implements Callable<Integer> {
    private static final String ASSUMED_DATABASE = "test";

    @Mixin
    private HelpOption help;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "One or more statements.")
    private Path file;

    @ArgGroup(exclusive = true, multiplicity = "0..1")
    private Mode mode;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Check against the catalog of a running Millrace (default: against the file alone, "
                    + "in which names without a database belong to '" + ASSUMED_DATABASE + "').")
    private Optional<String> url;

    private static final class Mode {
        @Option(
                names = "--parse-only",
                description = "Only the grammar: names and types are not looked at.",
                required = true)
        private boolean parseOnly;

        @Option(
                names = "--json",
                description = "Print the PipelineSpec of each CREATE PIPELINE, one per line, not SQL.",
                required = true)
        private boolean json;

        @Option(
                names = "--explain",
                description = "Print what each CREATE PIPELINE will do: source, tasks, batches, target, Flink's plan.",
                required = true)
        private boolean explain;
    }

    @Override
    public Integer call() throws IOException {
        ProcessEdge.logNothing();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            String text = Files.readString(file, UTF_8);
            if (url.isEmpty()) {
                compiled(text, ScriptChecker.alone(ASSUMED_DATABASE)).forEach(out::println);
            } else {
                try (SqlConnection connection = SqlConnection.open(url.get(), Optional.empty())) {
                    compiled(text, ScriptChecker.over(new JdbcCatalog(connection)))
                            .forEach(out::println);
                }
            }
            return 0;
        } catch (StatementException e) {
            String place = e.position()
                    .map(position -> ":" + position.line() + ":" + position.column())
                    .orElse("");
            err.println(file + place + ": ERROR " + e.state().number() + " ("
                    + e.state().code() + "): " + e.getMessage());
        } catch (SQLException e) {
            err.println(SqlErrors.line(e));
        } catch (NoSuchFileException e) {
            err.println("millrace: no file " + file);
        } catch (CharacterCodingException e) {
            err.println("millrace: " + file + " is not UTF-8");
        } finally {
            out.flush();
        }
        return MillraceMain.EXIT_FAILURE;
    }

    /** What is printed for a text, if there is no error in all of it. */
    private List<String> compiled(String text, ScriptChecker checker) {
        boolean parseOnly = mode != null && mode.parseOnly;
        boolean json = mode != null && mode.json;
        List<String> lines = new ArrayList<>();
        for (ParsedStatement statement : new DdlCompiler().parse(text)) {
            Optional<PipelineSpec> pipeline = parseOnly ? Optional.empty() : checked(checker, statement);
            if (mode != null && mode.explain) {
                pipeline.ifPresent(found -> lines.addAll(PipelineExplain.lines(found, checker.partitions(found))));
            } else if (json) {
                pipeline.map(SpecJson::write).ifPresent(lines::add);
            } else {
                lines.add(SqlPrinter.print(statement.statement()) + ";");
            }
        }
        return lines;
    }

    /** An error without a place of its own gets the statement's. */
    private static Optional<PipelineSpec> checked(ScriptChecker checker, ParsedStatement statement) {
        try {
            return checker.check(statement.statement());
        } catch (StatementException e) {
            throw e.position().isPresent() ? e : e.at(statement.at().position());
        }
    }
}
