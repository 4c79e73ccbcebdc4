package dev.millrace.transform.process;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a process leaves in the pipe that is its stdin: its reading end, opened beside the process's own. Only where the
 * system shows it (Linux); nothing is known elsewhere, nor of a process that has another stdin by now.
 */
final class UnreadInput implements AutoCloseable {
    static final UnreadInput UNKNOWN = new UnreadInput(Optional.empty());

    private final Optional<FileInputStream> pipe;

    private UnreadInput(Optional<FileInputStream> pipe) {
        this.pipe = pipe;
    }

    /** Name of what a process has as its stdin; empty if the system does not tell. */
    static String nameOf(long process) {
        try {
            return Files.readSymbolicLink(of(process, "fd/0")).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /**
     * Looks at a process's stdin; empty if the process has ended. As long as this is open, writing into the pipe does not
     * fail. It may block if nobody has the writing end.
     *
     * @param name of its stdin when it was started
     */
    static Optional<UnreadInput> of(Process process, String name) {
        if (!process.isAlive()) {
            return Optional.empty();
        }
        if (!name.startsWith("pipe:")) {
            return Optional.of(UNKNOWN);
        }
        long number = process.pid();
        if (nameOf(number).equals(name)) {
            try {
                return Optional.of(new UnreadInput(
                        Optional.of(new FileInputStream(of(number, "fd/0").toFile()))));
            } catch (IOException e) {
                // It has ended since, or closed it.
            }
        }
        // What has ended has no executable any more, also before its parent knows.
        return readable(of(number, "exe")) ? Optional.of(UNKNOWN) : Optional.empty();
    }

    private static boolean readable(Path link) {
        try {
            Files.readSymbolicLink(link);
            return true;
        } catch (AccessDeniedException e) {
            // It is there, with rights of its own.
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path of(long process, String entry) {
        return Path.of("/proc", Long.toString(process), entry);
    }

    /** Bytes that wait in the pipe; 0 if it is not known. */
    int bytes() throws IOException {
        return pipe.isPresent() ? pipe.get().available() : 0;
    }

    @Override
    public void close() throws IOException {
        if (pipe.isPresent()) {
            pipe.get().close();
        }
    }
}
