package dev.millrace.transform.program;

import dev.millrace.spec.TransformSpec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A transform's file as it was fetched: a program, or a tarball with one.
 *
 * @param bytes not copied: nobody writes into them
 * @param sha256 of the bytes, in hexadecimal
 */
public record ProgramFile(byte[] bytes, String sha256) {
    /** What the catalog takes for one transform, and what a task holds in memory while it unpacks it. */
    public static final int BYTES_MAX = 64 << 20;

    /** A file of these bytes. */
    public static ProgramFile of(byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return new ProgramFile(bytes, HexFormat.of().formatHex(digest.digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Name of the program on disk: what tells a user which one it is, in messages and in {@code ps}. */
    static String fileName(TransformSpec transform) {
        String path = transform.uri().replaceFirst("[?#].*$", "");
        String name = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
        return name.isEmpty() || name.startsWith(".") ? "program" : name;
    }
}
