package dev.millrace.job;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Endpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a job is started with.
 *
 * @param system Flight door of a leaf that holds the system partition
 */
record JobArguments(Endpoint system, String database, String pipeline) {
    static final String USAGE = "--system HOST:PORT --pipeline DATABASE.PIPELINE";

    private static final List<String> NAMES = List.of("--system", "--pipeline");

    JobArguments {
        requireNonNull(system, "system");
        requireNonNull(database, "database");
        requireNonNull(pipeline, "pipeline");
    }

    /**
     * Reads the command line.
     *
     * @throws StatementException WRONG_CONFIG
     */
    static JobArguments parse(String... args) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!NAMES.contains(args[i])) {
                throw wrong("unknown argument '" + args[i] + "'");
            }
            if (i + 1 == args.length) {
                throw wrong("no value for " + args[i]);
            }
            if (values.put(args[i], args[i + 1]) != null) {
                throw wrong(args[i] + " is given twice");
            }
        }
        for (String name : NAMES) {
            if (!values.containsKey(name)) {
                throw wrong("no " + name);
            }
        }
        String qualified = values.get("--pipeline");
        int dot = qualified.indexOf('.');
        if (dot < 1 || dot == qualified.length() - 1) {
            throw wrong("'" + qualified + "' is not DATABASE.PIPELINE");
        }
        return new JobArguments(
                Endpoint.parse(values.get("--system")), qualified.substring(0, dot), qualified.substring(dot + 1));
    }

    private static StatementException wrong(String message) {
        return new StatementException(SqlState.WRONG_CONFIG, message + "; usage: " + USAGE);
    }
}
