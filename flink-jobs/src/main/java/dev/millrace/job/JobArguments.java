package dev.millrace.job;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a job is started with.
 *
 * @param system Flight door of a leaf that holds the system partition
 * @param spec the pipeline as a file says it; empty: as the catalog does
 */
record JobArguments(Endpoint system, String database, String pipeline, Optional<PipelineSpec> spec) {
    static final String USAGE = "--system HOST:PORT {--pipeline DATABASE.PIPELINE | --spec FILE}";

    private static final List<String> NAMES = List.of("--system", "--pipeline", "--spec");

    JobArguments(Endpoint system, String database, String pipeline) {
        this(system, database, pipeline, Optional.empty());
    }

    JobArguments {
        requireNonNull(system, "system");
        requireNonNull(database, "database");
        requireNonNull(pipeline, "pipeline");
        requireNonNull(spec, "spec");
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
        if (!values.containsKey("--system")) {
            throw wrong("no --system");
        }
        Endpoint system = Endpoint.parse(values.get("--system"));
        if (values.containsKey("--spec") && values.containsKey("--pipeline")) {
            throw wrong("--pipeline and --spec exclude each other");
        }
        if (values.containsKey("--spec")) {
            PipelineSpec spec = spec(values.get("--spec"));
            return new JobArguments(system, spec.database(), spec.name(), Optional.of(spec));
        }
        if (!values.containsKey("--pipeline")) {
            throw wrong("no --pipeline");
        }
        String qualified = values.get("--pipeline");
        int dot = qualified.indexOf('.');
        if (dot < 1 || dot == qualified.length() - 1) {
            throw wrong("'" + qualified + "' is not DATABASE.PIPELINE");
        }
        return new JobArguments(system, qualified.substring(0, dot), qualified.substring(dot + 1));
    }

    /** What {@code millrace compile --json} prints, read where the graph is built. */
    private static PipelineSpec spec(String file) {
        try {
            return SpecJson.readPipeline(Files.readString(Path.of(file)));
        } catch (NoSuchFileException e) {
            throw wrong("no file " + file + " here");
        } catch (IOException | RuntimeException e) {
            throw wrong("file " + file + " is not the spec of a pipeline: " + e.getMessage());
        }
    }

    private static StatementException wrong(String message) {
        return new StatementException(SqlState.WRONG_CONFIG, message + "; usage: " + USAGE);
    }
}
