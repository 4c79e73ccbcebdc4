package dev.millrace.aggregator.pipeline;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The line of a stack trace that says what happened. */
final class RootCause {
    private static final Pattern CAUSE = Pattern.compile("(?m)^\\s*Caused by: (.*)$");
    private static final Pattern CLASS_NAME = Pattern.compile("^(?:[a-z_][\\w]*\\.)+([A-Z][\\w$]*)(: )?");

    /** Wrappers that say nothing themselves. */
    private static final List<String> OURS = List.of("StatementException", "RefusedException");

    private RootCause() {}

    /** The innermost cause's message; class names of our own exceptions are left out. */
    static String of(String trace) {
        String last = trace.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse(trace);
        Matcher causes = CAUSE.matcher(trace);
        while (causes.find()) {
            last = causes.group(1).strip();
        }
        Matcher name = CLASS_NAME.matcher(last);
        if (name.find()) {
            String rest = last.substring(name.end());
            return OURS.contains(name.group(1)) && !rest.isEmpty()
                    ? rest
                    : name.group(1) + (rest.isEmpty() ? "" : ": " + rest);
        }
        return last;
    }
}
