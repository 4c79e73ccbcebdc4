package dev.millrace.transform.file;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * A file as it is at a moment.
 *
 * @param path absolute
 * @param modifiedMillis when it was last changed, epoch milliseconds
 */
public record FoundFile(String path, long size, long modifiedMillis) {
    public FoundFile {
        requireNonNull(path, "path");
    }

    /** The regular file at a path, links followed; empty if there is none. */
    static Optional<FoundFile> at(Path path) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return attributes.isRegularFile()
                    ? Optional.of(new FoundFile(
                            path.toString(),
                            attributes.size(),
                            attributes.lastModifiedTime().toMillis()))
                    : Optional.empty();
        } catch (java.nio.file.NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The file that was of a {@link #version}. */
    public static FoundFile ofVersion(String path, String version) {
        int at = version.indexOf('@');
        return new FoundFile(path, Long.parseLong(version.substring(0, at)), Long.parseLong(version.substring(at + 1)));
    }

    /** Tells it from what it becomes when it changes: size and time. */
    public String version() {
        return size + "@" + modifiedMillis;
    }
}
