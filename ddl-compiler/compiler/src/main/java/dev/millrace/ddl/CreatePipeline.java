package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.TransformSpec.Framing;
import java.util.List;
import java.util.Optional;

/**
 * CREATE PIPELINE … AS LOAD DATA …: the whole grammar of MemSQL's and SingleStore's, whatever Millrace can run of it.
 *
 * @param options in the order written, which means nothing
 * @param set SET, evaluated for each record
 * @param where records that do not fulfil it are dropped
 */
public record CreatePipeline(
        Form form,
        ObjectName name,
        Source source,
        List<PipelineOption> options,
        Optional<Transform> transform,
        Optional<ErrorMode> errorMode,
        Target target,
        Format format,
        List<LoadAssignment> set,
        Optional<SqlText> where,
        List<Assignment> onDuplicate,
        Optional<NullDefinedBy> nullDefinedBy)
        implements Statement {
    public CreatePipeline {
        requireNonNull(form, "form");
        requireNonNull(name, "name");
        requireNonNull(source, "source");
        options = List.copyOf(options);
        requireNonNull(transform, "transform");
        requireNonNull(errorMode, "errorMode");
        requireNonNull(target, "target");
        requireNonNull(format, "format");
        set = List.copyOf(set);
        requireNonNull(where, "where");
        onDuplicate = List.copyOf(onDuplicate);
        requireNonNull(nullDefinedBy, "nullDefinedBy");
    }

    @Override
    public <R> R match(Cases<R> cases) {
        return cases.createPipeline(this);
    }

    /** The words around PIPELINE. */
    public record Form(boolean orReplace, boolean aggregator, boolean ifNotExists, Place at) {
        public Form {
            requireNonNull(at, "at");
        }
    }

    /**
     * Where records come from.
     *
     * @param link LINK's name; empty for every other kind
     * @param location the string: hosts and topic, bucket, path
     * @param config JSON text
     * @param credentials JSON text; never shown to anybody
     */
    public record Source(
            Kind kind,
            Optional<ObjectName> link,
            String location,
            Optional<StringText> config,
            Optional<StringText> credentials,
            Place at) {
        /** Kinds of sources. */
        public enum Kind {
            KAFKA,
            KAFKA_KEY,
            S3,
            FS,
            AZURE,
            HDFS,
            GCS,
            LINK,
            MONGODB,
            MYSQL
        }

        public Source {
            requireNonNull(kind, "kind");
            requireNonNull(link, "link");
            requireNonNull(location, "location");
            requireNonNull(config, "config");
            requireNonNull(credentials, "credentials");
            requireNonNull(at, "at");
        }

        /** Secrets stay out of logs. */
        @Override
        public String toString() {
            return "Source[" + kind + " " + location + "]";
        }
    }

    /** A string literal, its escapes resolved. */
    public record StringText(String value, Place at) {
        public StringText {
            requireNonNull(value, "value");
            requireNonNull(at, "at");
        }
    }

    /** WITH TRANSFORM (uri, program, arguments) [FRAMED BY …]. */
    public record Transform(String uri, String program, String arguments, Framing framing, Place at) {
        public Transform {
            requireNonNull(uri, "uri");
            requireNonNull(program, "program");
            requireNonNull(arguments, "arguments");
            requireNonNull(framing, "framing");
            requireNonNull(at, "at");
        }
    }

    /** What becomes of a record that cannot be loaded, or whose key is taken. */
    public record ErrorMode(Kind kind, Place at) {
        /** Modes, as they are written. */
        public enum Kind {
            REPLACE("REPLACE"),
            IGNORE("IGNORE"),
            SKIP_ALL("SKIP ALL ERRORS"),
            SKIP_CONSTRAINT("SKIP CONSTRAINT ERRORS"),
            SKIP_DUPLICATE_KEY("SKIP DUPLICATE KEY ERRORS"),
            SKIP_PARSER("SKIP PARSER ERRORS");

            private final String words;

            Kind(String words) {
                this.words = words;
            }

            public String words() {
                return words;
            }
        }

        public ErrorMode {
            requireNonNull(kind, "kind");
            requireNonNull(at, "at");
        }
    }

    /** INTO TABLE or INTO PROCEDURE. */
    public record Target(boolean procedure, ObjectName name, Place at) {
        public Target {
            requireNonNull(name, "name");
            requireNonNull(at, "at");
        }
    }

    /** How a record's bytes become columns. */
    public sealed interface Format {
        <R> R match(FormatCases<R> cases);
    }

    /** One method for each format. */
    public interface FormatCases<R> {
        R csv(Csv csv);

        R mapped(Mapped mapped);
    }

    /**
     * FORMAT CSV, which is also what no FORMAT means.
     *
     * @param columns empty: all, in table order
     * @param ignoreLines IGNORE n LINES; 0 without it
     */
    public record Csv(
            Optional<Fields> fields,
            Optional<Lines> lines,
            boolean trailingNullcols,
            long ignoreLines,
            List<LoadColumn> columns,
            Place at)
            implements Format {
        public Csv {
            requireNonNull(fields, "fields");
            requireNonNull(lines, "lines");
            columns = List.copyOf(columns);
            requireNonNull(at, "at");
        }

        @Override
        public <R> R match(FormatCases<R> cases) {
            return cases.csv(this);
        }
    }

    /** FIELDS …; at least one of them. */
    public record Fields(
            Optional<StringText> terminatedBy,
            Optional<StringText> enclosedBy,
            boolean optionallyEnclosed,
            Optional<StringText> escapedBy) {}

    /** LINES …; at least one of them. */
    public record Lines(Optional<StringText> startingBy, Optional<StringText> terminatedBy) {}

    /** NULL DEFINED BY. */
    public record NullDefinedBy(String value, boolean optionallyEnclosed, Place at) {
        public NullDefinedBy {
            requireNonNull(value, "value");
            requireNonNull(at, "at");
        }
    }

    /**
     * FORMAT JSON, AVRO, PARQUET.
     *
     * @param schema AVRO's inline schema
     * @param registry AVRO's schema registry, host:port
     */
    public record Mapped(
            Kind kind, Optional<StringText> schema, Optional<StringText> registry, List<Mapping> mappings, Place at)
            implements Format {
        /** Formats that are mapped by path. */
        public enum Kind {
            JSON,
            AVRO,
            PARQUET
        }

        public Mapped {
            requireNonNull(kind, "kind");
            requireNonNull(schema, "schema");
            requireNonNull(registry, "registry");
            mappings = List.copyOf(mappings);
            requireNonNull(at, "at");
        }

        @Override
        public <R> R match(FormatCases<R> cases) {
            return cases.mapped(this);
        }
    }

    /**
     * {@code column <- a::b DEFAULT x}.
     *
     * @param path keys from the root; empty: the whole document, {@code %}
     */
    public record Mapping(LoadColumn target, List<String> path, Optional<SqlText> defaultValue) {
        public Mapping {
            requireNonNull(target, "target");
            path = List.copyOf(path);
            requireNonNull(defaultValue, "defaultValue");
        }
    }

    /** A column, or {@code @variable}: then the name is without the {@code @} and has no table. */
    public record LoadColumn(boolean variable, ColumnName name) {
        public LoadColumn {
            requireNonNull(name, "name");
        }
    }

    /** {@code column = expression} or {@code @variable = expression} in SET. */
    public record LoadAssignment(LoadColumn target, SqlText value) {
        public LoadAssignment {
            requireNonNull(target, "target");
            requireNonNull(value, "value");
        }
    }
}
