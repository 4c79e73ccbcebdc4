package dev.millrace.launch;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bin/millrace}. */
@Command(
        name = "millrace",
        description = "A SQL database that loads streams.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            StartCommand.class,
            SqlCommand.class,
            CompileCommand.class,
            SubmitCommand.class,
            VersionCommand.class
        })
public final class MillraceMain {
    /** The user's mistake or the world's: said in one line on stderr. */
    static final int EXIT_FAILURE = 1;

    static final int EXIT_USAGE = 2;

    @Mixin
    private HelpOption help;

    private MillraceMain() {}

    public static void main(String[] args) {
        int status = run(args, new PrintWriter(System.out, true), new PrintWriter(System.err, true));
        DemoCommand.forgetUnusedFolder();
        System.exit(status);
    }

    /** Runs one command line and returns its exit status. */
    public static int run(String[] args, PrintWriter out, PrintWriter err) {
        CommandLine commands = new CommandLine(new MillraceMain())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    err.println("millrace: " + ProcessEdge.describe(failure));
                    return EXIT_FAILURE;
                })
                .setParameterExceptionHandler((mistake, arguments) -> {
                    CommandLine command = mistake.getCommandLine();
                    err.println("millrace: " + mistake.getMessage().replaceFirst("^Error: ", ""));
                    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
                    return EXIT_USAGE;
                });
        if (args.length == 0) {
            commands.usage(err);
            return EXIT_USAGE;
        }
        return commands.execute(args);
    }
}
