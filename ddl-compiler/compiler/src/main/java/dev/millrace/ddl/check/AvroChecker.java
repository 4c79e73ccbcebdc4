package dev.millrace.ddl.check;

import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreatePipeline.Mapped;
import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.Place;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RegistrySettings;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/** FORMAT AVRO → {@link FormatSpec.Avro}. A registry is not asked here. */
final class AvroChecker {
    private AvroChecker() {}

    static void refuseLater(Mapped avro, boolean files, Optional<CreatePipeline.Transform> transform) {
        if (avro.schema().isPresent() && avro.registry().isPresent()) {
            throw Later.unsupported(
                    "SCHEMA beside SCHEMA REGISTRY", avro.schema().get().at());
        }
        if (files && avro.registry().isPresent()) {
            throw Later.unsupported(
                    "SCHEMA REGISTRY of files", avro.registry().get().at());
        }
        if (!files && avro.schema().isEmpty() && avro.registry().isEmpty()) {
            throw Later.unsupported("FORMAT AVRO of a topic without SCHEMA and SCHEMA REGISTRY", avro.at());
        }
        transform.ifPresent(through ->
                refuse(avro.schema().isEmpty(), through.uri().equalsIgnoreCase(TransformSpec.BUILT_IN), through.at()));
    }

    /** A program gives values one behind the other, without a frame, and {@code memsql://json} gives text. */
    static void refuseTransform(PipelineSpec pipeline, Place at) {
        if (pipeline.format() instanceof FormatSpec.Avro avro) {
            pipeline.transform().ifPresent(through -> refuse(avro.schema().isEmpty(), through.isBuiltIn(), at));
        }
    }

    private static void refuse(boolean unsaid, boolean builtIn, Place at) {
        if (unsaid) {
            throw Later.unsupported("FORMAT AVRO without SCHEMA behind a transform", at);
        }
        if (builtIn) {
            throw Later.unsupported("FORMAT AVRO behind " + TransformSpec.BUILT_IN, at);
        }
    }

    static FormatSpec.Avro check(Mapped avro, List<FormatSpec.Mapping> mappings) {
        if (avro.registry().isPresent()) {
            StringText text = avro.registry().get();
            try {
                List<String> servers = RegistrySettings.servers(text.value());
                return new FormatSpec.Avro(mappings, Optional.empty(), servers);
            } catch (StatementException e) {
                throw e.at(text.at().position());
            }
        }
        if (avro.schema().isEmpty()) {
            return new FormatSpec.Avro(mappings, Optional.empty(), List.of());
        }
        StringText text = avro.schema().get();
        Schema schema;
        try {
            schema = new Schema.Parser().parse(text.value());
        } catch (RuntimeException e) {
            // Avro's parser has exceptions of its own, and Java's for what it does not foresee.
            throw wrong(e.getMessage(), text);
        }
        for (int i = 0; i < mappings.size(); i++) {
            FormatSpec.Mapping mapping = mappings.get(i);
            if (mapping.defaultValue().isEmpty() && !reaches(schema, mapping.path())) {
                throw new StatementException(
                        SqlState.UNKNOWN_COLUMN,
                        "the SCHEMA has nothing at " + String.join("::", mapping.path())
                                + ", and the mapping has no DEFAULT",
                        avro.mappings().get(i).target().name().at().position());
            }
        }
        return new FormatSpec.Avro(mappings, Optional.of(text.value()), List.of());
    }

    private static boolean reaches(Schema schema, List<String> path) {
        if (path.isEmpty()) {
            return true;
        }
        String step = path.get(0);
        List<String> rest = path.subList(1, path.size());
        return switch (schema.getType()) {
            case RECORD ->
                schema.getField(step) != null && reaches(schema.getField(step).schema(), rest);
            case MAP -> reaches(schema.getValueType(), rest);
            case UNION ->
                schema.getTypes().stream()
                        .anyMatch(branch -> reaches(branch, path)
                                || (branch.getName().equals(step)
                                                || branch.getFullName().equals(step))
                                        && reaches(branch, rest));
            default -> false;
        };
    }

    private static StatementException wrong(String reason, StringText text) {
        return new StatementException(
                SqlState.WRONG_CONFIG,
                "SCHEMA is not a schema of Avro that a pipeline can read: " + reason,
                text.at().position());
    }
}
