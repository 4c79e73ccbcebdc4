package dev.millrace.ddl.check;

import dev.millrace.ddl.CreatePipeline.Transform;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** WITH TRANSFORM → {@link TransformSpec}; nothing is fetched here. */
final class TransformChecker {
    private static final Set<String> REMOTE = Set.of("http", "https");

    private TransformChecker() {}

    /** Transforms of MemSQL's own are named like this. */
    static void refuseLater(Transform transform) {
        boolean own = transform.uri().toLowerCase(Locale.ROOT).startsWith("memsql:");
        if (own && !transform.uri().equalsIgnoreCase(TransformSpec.BUILT_IN)) {
            throw Later.unsupported("WITH TRANSFORM ('" + transform.uri() + "', …)", transform.at());
        }
    }

    static TransformSpec check(Transform transform) {
        TransformSpec spec = new TransformSpec(
                transform.uri(), transform.program(), transform.arguments(), transform.framing(), "", 0);
        if (spec.isBuiltIn() && spec.framing() != TransformSpec.Framing.LENGTH) {
            throw wrong("FRAMED BY says nothing to " + spec.uri() + ", which is no program: leave it out", transform);
        }
        if (!spec.isBuiltIn()) {
            checkUri(transform);
        }
        if (spec.isTarball() && spec.program().isEmpty()) {
            throw wrong("name the program to run inside of " + spec.uri(), transform);
        }
        if (!spec.isTarball() && !spec.program().isEmpty()) {
            throw wrong(
                    "'" + spec.program() + "' names a program inside of a .tar.gz or .tgz, and " + spec.uri()
                            + " is none: leave it empty",
                    transform);
        }
        try {
            spec.argumentList();
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage(), transform);
        }
        return spec;
    }

    private static void checkUri(Transform transform) {
        URI uri;
        try {
            uri = new URI(transform.uri());
        } catch (URISyntaxException e) {
            throw wrong("'" + transform.uri() + "' is not a URI: " + e.getReason(), transform);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        String host = uri.getHost() == null ? "" : uri.getHost();
        String path = uri.getPath() == null ? "" : uri.getPath();
        if (uri.getRawUserInfo() != null) {
            throw wrong("a URI is shown to everybody: put no user and password into it", transform);
        }
        boolean local = scheme.equals("file") && (host.isEmpty() || host.equals("localhost"));
        boolean remote = REMOTE.contains(scheme) && !host.isEmpty();
        if (!local && !remote || !path.startsWith("/")) {
            throw wrong(
                    "'" + transform.uri() + "' is not file:///path, file://localhost/path, http://host/path or"
                            + " https://host/path",
                    transform);
        }
    }

    private static StatementException wrong(String message, Transform transform) {
        return new StatementException(
                SqlState.WRONG_CONFIG, message, transform.at().position());
    }
}
