package dev.millrace.launch;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jline.reader.History;
import org.jline.reader.LineReader;
import sqlline.DispatchCallback;
import sqlline.SqlLine;

/** The interactive shell: sqlline, connected and in a database from its first prompt on. */
final class SqlShell extends SqlLine {
    private final Optional<String> database;

    private SqlShell(Optional<String> database) {
        this.database = database;
    }

    /** Runs a shell on the terminal until its user leaves; the exit status. */
    static int run(String jdbcUrl, Optional<String> database) throws IOException {
        String[] arguments = {
            "-d",
            SqlConnection.driverClass(jdbcUrl),
            "-u",
            jdbcUrl,
            "-n",
            "",
            "-p",
            "",
            "--connectInteractionMode=notAskCredentials",
            // There are no isolation levels to choose from, and the catalog may be large.
            "--isolation=TRANSACTION_NONE",
            "--fastConnect=true",
            "--maxWidth=-1",
            "--prompt=millrace> ",
        };
        Status status = new SqlShell(database).begin(arguments, null, true);
        return status == Status.OK ? 0 : MillraceMain.EXIT_FAILURE;
    }

    /** The first thing sqlline does after connecting, and the last before it reads. */
    @Override
    public LineReader getConsoleReader(InputStream in, History history) throws IOException {
        database.ifPresent(
                name -> runCommands(List.of("USE " + SqlConnection.quoted(name) + ";"), new DispatchCallback()));
        return super.getConsoleReader(in, history);
    }
}
