package dev.millrace.ddl.check;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline.Transform;
import dev.millrace.ddl.print.Quoting;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** WITH TRANSFORM → {@link TransformSpec}; nothing is fetched here. */
final class TransformChecker {
    private static final Pattern STRING = Pattern.compile("'(?:[^'\\\\]|''|\\\\.)*'", Pattern.DOTALL);
    private static final Set<String> REMOTE = Set.of("http", "https");

    private TransformChecker() {}

    /** Transforms of MemSQL's own are named like this. */
    static void refuseLater(Transform transform) {
        boolean own = transform.uri().toLowerCase(Locale.ROOT).startsWith("memsql:");
        if (own && !transform.uri().equalsIgnoreCase(TransformSpec.BUILT_IN)) {
            throw Later.unsupported("WITH TRANSFORM ('" + transform.uri() + "', …)", transform.at());
        }
    }

    /** SET TRANSFORM (…) [FRAMED BY …] of ALTER, as it prints. */
    static TransformSpec check(AlterPipeline.Action action) {
        Matcher strings = STRING.matcher(action.value());
        List<String> values = new ArrayList<>();
        while (strings.find()) {
            values.add(Quoting.unquoted(strings.group()));
        }
        if (values.size() > 3) {
            throw new StatementException(
                    SqlState.SYNTAX_ERROR,
                    "a transform is (uri, program, arguments), and these are " + values.size() + " strings",
                    action.at().position());
        }
        boolean lines = action.value().endsWith(" FRAMED BY NEWLINE");
        Transform transform = new Transform(
                values.get(0),
                values.size() > 1 ? values.get(1) : "",
                values.size() > 2 ? values.get(2) : "",
                lines ? TransformSpec.Framing.NEWLINE : TransformSpec.Framing.LENGTH,
                action.at());
        refuseLater(transform);
        return check(transform);
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
