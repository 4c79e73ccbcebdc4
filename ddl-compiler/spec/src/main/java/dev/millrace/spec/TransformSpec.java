package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A program between a pipeline's source and its load: records in on stdin, rows in the pipeline's format out on stdout.
 *
 * @param uri where it was fetched when the pipeline was created: a file or a {@code .tar.gz}
 * @param program what to run inside a tarball; empty if the file itself is the program
 * @param arguments separated by white space; see {@link #argumentList}
 * @param sha256 of the file as fetched, in hexadecimal, under which the catalog keeps it; empty before it is fetched
 * @param sizeBytes of the file as fetched
 */
public record TransformSpec(
        String uri, String program, String arguments, Framing framing, String sha256, long sizeBytes) {
    /** How records stand on the program's stdin. */
    public enum Framing {
        /** The record's length, 8 bytes little-endian, then its bytes. */
        LENGTH,
        /** The record's bytes, then a line feed unless they end in one. */
        NEWLINE
    }

    /** The one transform that is no program: jq. */
    public static final String BUILT_IN = "memsql://json";

    public TransformSpec {
        requireNonNull(uri, "uri");
        requireNonNull(program, "program");
        requireNonNull(arguments, "arguments");
        requireNonNull(framing, "framing");
        requireNonNull(sha256, "sha256");
    }

    /** The same as fetched. */
    public TransformSpec withFile(String newSha256, long newSizeBytes) {
        return new TransformSpec(uri, program, arguments, framing, newSha256, newSizeBytes);
    }

    /**
     * The program's arguments, one by one. Single quotes keep everything between them, double quotes all but a back-slash
     * before a double quote or a back-slash; outside of quotes a back-slash keeps the next character.
     *
     * @throws IllegalArgumentException for a quote without its end
     */
    public List<String> argumentList() {
        return ArgumentLine.split(arguments);
    }

    /** Whether it is Millrace's own: a jq program as the arguments, and no file. */
    public boolean isBuiltIn() {
        return uri.equalsIgnoreCase(BUILT_IN);
    }

    public boolean isTarball() {
        String path = uri.contains("?") ? uri.substring(0, uri.indexOf('?')) : uri;
        return path.endsWith(".tar.gz") || path.endsWith(".tgz");
    }
}
