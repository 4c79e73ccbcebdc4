package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** How a record's bytes become columns. */
public sealed interface FormatSpec {
    <R> R match(Cases<R> cases);

    /** One method for each format. */
    interface Cases<R> {
        R json(Json format);

        R csv(Csv format);

        R avro(Avro format);

        R parquet(Parquet format);
    }

    /**
     * JSON values, one or more in a record, white space between them.
     *
     * @param mappings never empty; columns without one take their default
     */
    record Json(List<Mapping> mappings) implements FormatSpec {
        public Json {
            mappings = List.copyOf(mappings);
            if (mappings.isEmpty()) {
                throw new IllegalArgumentException("FORMAT JSON without a mapping");
            }
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.json(this);
        }
    }

    /**
     * Avro's binary form: records of one schema, one behind the other; or in Confluent's frame, one in each message, of the
     * schema that its id names; or, of files, in Avro's container, which has the schema.
     *
     * @param mappings never empty; columns without one take their default
     * @param schema in Avro's JSON; empty: the registry or the file has it
     * @param registry servers of a Confluent schema registry, as users write them; empty if the schema is said, or a file's
     */
    record Avro(List<Mapping> mappings, Optional<String> schema, List<String> registry) implements FormatSpec {
        public Avro {
            mappings = List.copyOf(mappings);
            requireNonNull(schema, "schema");
            registry = List.copyOf(registry);
            if (mappings.isEmpty()) {
                throw new IllegalArgumentException("FORMAT AVRO without a mapping");
            }
            if (schema.isPresent() && !registry.isEmpty()) {
                throw new IllegalArgumentException("FORMAT AVRO has a schema or a registry");
            }
        }

        /** Whether files say themselves what they hold. */
        public boolean isContainer() {
            return schema.isEmpty() && registry.isEmpty();
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.avro(this);
        }
    }

    /**
     * Rows of Parquet files.
     *
     * @param mappings never empty, no path is; columns without one take their default
     */
    record Parquet(List<Mapping> mappings) implements FormatSpec {
        public Parquet {
            mappings = List.copyOf(mappings);
            if (mappings.isEmpty()
                    || mappings.stream().anyMatch(mapping -> mapping.path().isEmpty())) {
                throw new IllegalArgumentException("FORMAT PARQUET without a mapping, or of a whole row");
            }
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.parquet(this);
        }
    }

    /**
     * {@code column <- a::b DEFAULT x}.
     *
     * @param column a column of the target table, spelled as there, or a variable with its {@code @}
     * @param path object keys, or names of fields, from the root; empty is the whole document ({@code %})
     * @param defaultValue taken where the path does not exist; empty: the record cannot be loaded
     */
    record Mapping(String column, List<String> path, Optional<SqlExpression> defaultValue) {
        public Mapping {
            requireNonNull(column, "column");
            path = List.copyOf(path);
            requireNonNull(defaultValue, "defaultValue");
        }
    }

    /**
     * Lines of fields, as LOAD DATA reads them. The strings are the characters themselves, escapes resolved.
     *
     * @param fieldsTerminatedBy between fields; default TAB
     * @param enclosedBy one character or empty
     * @param optionallyEnclosed whether only some fields are enclosed
     * @param escapedBy one character or empty; default back-slash
     * @param linesTerminatedBy behind a line; default line feed; the last line of a record may lack it
     * @param linesStartingBy what precedes a line's first field; text before it is skipped; usually empty
     * @param columns target columns in the order of the fields, spelled as in the table, or variables with their
     *     {@code @}; never empty
     * @param nulls what else is NULL
     * @param ignoreLines so many at the beginning of a file are skipped
     */
    record Csv(
            String fieldsTerminatedBy,
            String enclosedBy,
            boolean optionallyEnclosed,
            String escapedBy,
            String linesTerminatedBy,
            String linesStartingBy,
            List<String> columns,
            CsvNulls nulls,
            int ignoreLines)
            implements FormatSpec {
        /** CSV in which only the escaped N, and the word NULL where fields may be enclosed, are NULL. */
        public Csv(
                String fieldsTerminatedBy,
                String enclosedBy,
                boolean optionallyEnclosed,
                String escapedBy,
                String linesTerminatedBy,
                String linesStartingBy,
                List<String> columns) {
            this(
                    fieldsTerminatedBy,
                    enclosedBy,
                    optionallyEnclosed,
                    escapedBy,
                    linesTerminatedBy,
                    linesStartingBy,
                    columns,
                    CsvNulls.USUAL,
                    0);
        }

        public Csv {
            if (ignoreLines < 0) {
                throw new IllegalArgumentException("IGNORE " + ignoreLines + " LINES");
            }
            requireNonNull(fieldsTerminatedBy, "fieldsTerminatedBy");
            requireNonNull(enclosedBy, "enclosedBy");
            requireNonNull(escapedBy, "escapedBy");
            requireNonNull(linesTerminatedBy, "linesTerminatedBy");
            requireNonNull(linesStartingBy, "linesStartingBy");
            columns = List.copyOf(columns);
            requireNonNull(nulls, "nulls");
            if (columns.isEmpty()) {
                throw new IllegalArgumentException("CSV without a column");
            }
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.csv(this);
        }
    }

    /**
     * Which fields of CSV are NULL.
     *
     * @param definedBy NULL DEFINED BY: a field that equals it is NULL
     * @param optionallyEnclosed whether an enclosed field may be NULL by that, too
     * @param trailing TRAILING NULLCOLS: fields that a line lacks at its end are NULL
     */
    record CsvNulls(Optional<String> definedBy, boolean optionallyEnclosed, boolean trailing) {
        public static final CsvNulls USUAL = new CsvNulls(Optional.empty(), false, false);

        public CsvNulls {
            requireNonNull(definedBy, "definedBy");
        }
    }
}
