package dev.millrace.transform.process;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * What to run, and for whom.
 *
 * @param executable a file that the system can start
 * @param folder what was unpacked beside it; the executable's own folder otherwise
 * @param pipeline {@code db.name}
 * @param caller names the task that runs it; with a number behind it, it names a run
 */
public record Program(Path executable, Path folder, List<String> arguments, String pipeline, String caller) {
    public Program {
        requireNonNull(executable, "executable");
        requireNonNull(folder, "folder");
        arguments = List.copyOf(arguments);
        requireNonNull(pipeline, "pipeline");
        requireNonNull(caller, "caller");
    }

    /** The program's own name, for messages. */
    public String name() {
        return executable.getFileName().toString();
    }
}
