package dev.millrace.transform.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A shell that kills process groups when it is told to, and all that it knows of when its stdin ends: also when the
 * process that made it is killed. It removes the folder then, too. Thread-safe.
 */
final class GroupGuard implements AutoCloseable {
    private static final String SCRIPT = """
            alive=' '
            while read -r verb group; do
              case $verb in
                watch) alive="$alive$group " ;;
                end) kill -s KILL -- "-$group"; alive="${alive%% $group *} ${alive#* $group }" ;;
              esac
            done
            for group in $alive; do kill -s KILL -- "-$group"; done
            rm -rf -- "$1"
            """;

    private static final long CLOSE_MILLIS_MAX = 2_000;

    private final Process shell;
    private final OutputStream orders;

    /** Starts the shell, in a session of its own: it outlives what ends its maker. */
    GroupGuard(Path setsid, Path folder, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        List.of(setsid.toString(), "sh", "-c", SCRIPT, "millrace-guard", folder.toString()))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        shell = builder.start();
        orders = shell.getOutputStream();
    }

    /** The group of this leader ends with us. */
    void watch(long leader) throws IOException {
        order("watch " + leader + "\n");
    }

    /** Kills what is left of the group, in a moment; false if the guard itself is gone. */
    boolean end(long leader) {
        try {
            order("end " + leader + "\n");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private synchronized void order(String line) throws IOException {
        orders.write(line.getBytes(US_ASCII));
        orders.flush();
    }

    @Override
    public void close() {
        try {
            orders.close();
        } catch (IOException e) {
            shell.destroyForcibly();
        }
        try {
            if (!shell.waitFor(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                shell.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends by itself
        }
    }
}
