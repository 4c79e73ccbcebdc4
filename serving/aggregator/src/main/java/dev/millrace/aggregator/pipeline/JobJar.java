package dev.millrace.aggregator.pipeline;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The jar that runs pipelines, uploaded to a cluster once for each content. */
final class JobJar {
    private static final int HASH_CHARACTERS = 16;

    private final Path path;
    private String fileName = "";

    JobJar(Path path) {
        this.path = requireNonNull(path, "path");
    }

    /** The jar's id on the cluster, after uploading it if it is not there. */
    synchronized String on(FlinkRest flink) {
        if (fileName.isEmpty()) {
            fileName = "millrace-job-" + hash().substring(0, HASH_CHARACTERS) + ".jar";
        }
        return flink.jar(fileName).orElseGet(() -> flink.upload(path, fileName));
    }

    private String hash() {
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("the job jar " + path + " cannot be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }
}
