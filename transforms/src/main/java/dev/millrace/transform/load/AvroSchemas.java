package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RegistrySettings;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.registry.RegisteredSchema;
import dev.millrace.transform.registry.SchemaRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/** Which schema a record was written by. */
sealed interface AvroSchemas {
    /**
     * Those of a pipeline.
     *
     * @throws StatementException WRONG_CONFIG for a schema, or settings of a registry, that cannot be used
     */
    static AvroSchemas of(
            FormatSpec.Avro format, PipelineSpec pipeline, Credentials credentials, List<AvroNode.Want> wants) {
        if (format.schema().isPresent()) {
            return new Inline(format.schema().get(), wants);
        }
        if (format.isContainer()) {
            return new OfFile(wants);
        }
        Map<String, String> config = pipeline.source().asKafka().config();
        RegistrySettings settings = RegistrySettings.of(format.registry(), config, credentials);
        return new Registered(new SchemaRegistry(settings, SchemaRegistry.PATIENCE_DEFAULT), wants);
    }

    /** The records to come are written by this schema. */
    default void writtenBy(String schema) {}

    /** The way through the record, which is started; what stands before its first value is gone over. */
    Plan plan(AvroBytes in);

    /**
     * The way through the values of a schema.
     *
     * @param alone whether a record holds one value
     */
    record Plan(AvroNode root, boolean alone) {
        static final Plan NONE = new Plan(AvroNode.of(Schema.create(Schema.Type.NULL), List.of()), true);

        public Plan {
            requireNonNull(root, "root");
        }
    }

    /** The same for all; values follow each other. */
    final class Inline implements AvroSchemas {
        private final Plan plan;

        /** @throws StatementException WRONG_CONFIG if it is none */
        Inline(String json, List<AvroNode.Want> wants) {
            try {
                plan = new Plan(AvroNode.of(new Schema.Parser().parse(json), wants), false);
            } catch (RuntimeException e) {
                throw new StatementException(
                        SqlState.WRONG_CONFIG, "SCHEMA is not a schema of Avro: " + e.getMessage(), e);
            }
        }

        @Override
        public Plan plan(AvroBytes in) {
            return plan;
        }
    }

    /** Each file has its own; a record is one value. */
    final class OfFile implements AvroSchemas {
        private final List<AvroNode.Want> wants;
        private String schema = "";
        private Plan plan = Plan.NONE;

        OfFile(List<AvroNode.Want> wants) {
            this.wants = List.copyOf(wants);
        }

        @Override
        public void writtenBy(String written) {
            if (!schema.equals(written)) {
                plan = new Plan(AvroNode.of(AvroContainer.parsed(written), wants), true);
                schema = written;
            }
        }

        @Override
        public Plan plan(AvroBytes in) {
            return plan;
        }
    }

    /** Confluent's frame: a zero byte, the schema's id in four bytes, highest first, and one value. */
    final class Registered implements AvroSchemas {
        /** A topic has some tens; broken records may name any number. */
        private static final int KEPT_MAX = 1_000;

        private static final int FRAME_BYTES = 5;

        /** A message may come before all servers of a registry know its id. */
        private static final long SECOND_LOOK_MILLIS = 500;

        /** Broken messages with an id each must not cost a second look each, nor an unknown id its look for ever. */
        private static final long LOOK_AGAIN_NANOS = 10_000_000_000L;

        private final SchemaRegistry registry;
        private final List<AvroNode.Want> wants;
        private final Map<Integer, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, Known> eldest) {
                return size() > KEPT_MAX;
            }
        };
        private int lastId = -1;
        private Optional<Plan> last = Optional.empty();

        private long secondLook = System.nanoTime() - LOOK_AGAIN_NANOS;

        /** What an id turned out to be: a way, or why there is none, and when that was. */
        private record Known(Optional<Plan> plan, String reason, long askedNanos) {
            Known(Plan plan) {
                this(Optional.of(plan), "", 0);
            }

            Known(String reason) {
                this(Optional.empty(), reason, System.nanoTime());
            }

            private boolean isStale() {
                return plan.isEmpty() && System.nanoTime() - askedNanos > LOOK_AGAIN_NANOS;
            }
        }

        Registered(SchemaRegistry registry, List<AvroNode.Want> wants) {
            this.registry = requireNonNull(registry, "registry");
            this.wants = List.copyOf(wants);
        }

        @Override
        public Plan plan(AvroBytes in) {
            int start = in.at;
            if (in.end() - start < FRAME_BYTES) {
                throw frame(start, "it has less than 5 bytes");
            }
            if (in.octet() != 0) {
                throw frame(start, "it begins with byte " + (in.bytes[start] & 0xff) + ", not 0");
            }
            int id = 0;
            for (int i = 1; i < FRAME_BYTES; i++) {
                id = id << 8 | in.octet() & 0xff;
            }
            if (id != lastId || last.isEmpty()) {
                Known found = known.get(id);
                if (found == null || found.isStale()) {
                    found = ask(id);
                    known.put(id, found);
                }
                String reason = found.reason();
                last = Optional.of(
                        found.plan().orElseThrow(() -> BadValue.at(start, RecordError.Kind.MALFORMED, reason)));
                lastId = id;
            }
            return last.get();
        }

        private static BadValue frame(int start, String reason) {
            return BadValue.at(
                    start, RecordError.Kind.MALFORMED, "not a message with the id of a registered schema: " + reason);
        }

        private Optional<RegisteredSchema> look(int id) {
            Optional<RegisteredSchema> answer = registry.schema(id);
            if (answer.isPresent() || System.nanoTime() - secondLook < LOOK_AGAIN_NANOS) {
                return answer;
            }
            secondLook = System.nanoTime();
            try {
                Thread.sleep(SECOND_LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StatementException(SqlState.QUERY_INTERRUPTED, "interrupted while waiting for a schema", e);
            }
            return registry.schema(id);
        }

        private Known ask(int id) {
            String name = "schema " + Integer.toUnsignedString(id) + " of schema registry " + registry;
            Optional<RegisteredSchema> answer = look(id);
            if (answer.isEmpty()) {
                return new Known("there is no " + name);
            }
            RegisteredSchema schema = answer.get();
            if (!schema.type().equals(RegisteredSchema.AVRO)) {
                return new Known(name + " is no schema of Avro but " + schema.type());
            }
            try {
                // Defaults play no part in reading what the schema wrote, and older registries took wrong ones.
                Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
                schema.referenced().forEach(parser::parse);
                return new Known(new Plan(AvroNode.of(parser.parse(schema.text()), wants), true));
            } catch (RuntimeException e) {
                // Avro's parser has exceptions of its own, and Java's for what it does not foresee.
                return new Known(name + " is not a schema of Avro: " + e.getMessage());
            }
        }
    }
}
