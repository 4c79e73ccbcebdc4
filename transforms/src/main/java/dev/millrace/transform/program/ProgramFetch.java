package dev.millrace.transform.program;

import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches a transform's file: {@code file://} from this machine, {@code http://} and {@code https://} from others. */
public final class ProgramFetch {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

    /** All of a download: a statement waits for it. */
    private static final Duration DOWNLOAD_MAX = Duration.ofSeconds(60);

    private static final int PIECE_BYTES = 64 << 10;

    private ProgramFetch() {}

    /**
     * The file, checked to be something that can be run.
     *
     * @throws StatementException TRANSFORM_UNAVAILABLE naming the URI, also for a file that no task could run
     */
    public static ProgramFile fetch(TransformSpec transform) {
        URI uri = URI.create(transform.uri());
        ProgramFile file = ProgramFile.of(uri.getScheme().equals("file") ? read(uri) : download(uri));
        try {
            ProgramFolder.check(transform, file);
        } catch (IOException e) {
            throw unavailable(transform.uri(), e.getMessage(), e);
        }
        return file;
    }

    private static byte[] read(URI uri) {
        Path path = Path.of(uri.getPath());
        try (InputStream in = Files.newInputStream(path)) {
            if (!Files.isRegularFile(path)) {
                throw new IOException("it is not a file");
            }
            return bounded(in);
        } catch (NoSuchFileException e) {
            throw unavailable(uri.toString(), "there is no such file on the server", e);
        } catch (AccessDeniedException e) {
            throw unavailable(uri.toString(), "the server may not read it", e);
        } catch (IOException e) {
            throw unavailable(uri.toString(), e.getMessage(), e);
        }
    }

    private static byte[] download(URI uri) {
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_MAX)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(DOWNLOAD_MAX).GET().build();
        CompletableFuture<HttpResponse<InputStream>> answer = client.sendAsync(request, BodyHandlers.ofInputStream());
        CompletableFuture<byte[]> bytes = answer.thenApplyAsync(ProgramFetch::body);
        try {
            return bytes.get(DOWNLOAD_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            throw unavailable(uri.toString(), reason, cause);
        } catch (TimeoutException e) {
            throw unavailable(uri.toString(), "it has not come within " + DOWNLOAD_MAX.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StatementException(SqlState.QUERY_INTERRUPTED, "interrupted while fetching " + uri, e);
        } finally {
            bytes.cancel(true);
            answer.thenAccept(ProgramFetch::close);
            answer.cancel(true);
        }
    }

    private static byte[] body(HttpResponse<InputStream> response) {
        try (InputStream in = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException("the server answered with status " + response.statusCode());
            }
            return bounded(in);
        } catch (IOException e) {
            throw new java.util.concurrent.CompletionException(e);
        }
    }

    private static void close(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] bounded(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE_BYTES];
        int length = in.read(piece);
        while (length >= 0) {
            if (bytes.size() + length > ProgramFile.BYTES_MAX) {
                throw new IOException("it is larger than " + (ProgramFile.BYTES_MAX >> 20) + " MB");
            }
            bytes.write(piece, 0, length);
            length = in.read(piece);
        }
        if (bytes.size() == 0) {
            throw new IOException("it is empty");
        }
        return bytes.toByteArray();
    }

    private static StatementException unavailable(String uri, String reason, Throwable cause) {
        return new StatementException(
                SqlState.TRANSFORM_UNAVAILABLE, "cannot use the transform " + uri + ": " + reason, cause);
    }
}
