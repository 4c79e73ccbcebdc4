package dev.millrace.transform.load;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A place in a writer's schema on the way to what a pipeline wants: made once for a schema, it leads through every record
 * of it. A step of a path is a field of a record or a key of a map; a union is the branch that is there, and a step may
 * name one of its branches where that is no field.
 */
final class AvroNode {
    /**
     * What is wanted below a place.
     *
     * @param target number of the mapping
     * @param path the steps that are left
     */
    record Want(int target, List<String> path) {
        Want {
            path = List.copyOf(path);
        }

        private Optional<Want> behind(String step) {
            return !path.isEmpty() && path.get(0).equals(step)
                    ? Optional.of(new Want(target, path.subList(1, path.size())))
                    : Optional.empty();
        }
    }

    private static final int[] NONE = {};
    private static final AvroNode[] NO_CHILDREN = {};
    private static final byte[][] NO_KEYS = {};

    final Schema schema;
    final AvroMeaning meaning;
    /** Mappings that take the value that stands here. */
    final int[] targets;
    /** By field or branch, null where nothing is wanted; of a map, by {@link #keys}; otherwise empty. */
    final AvroNode[] children;

    final byte[][] keys;

    private AvroNode(Schema schema, int[] targets, AvroNode[] children, byte[][] keys) {
        this.schema = schema;
        this.meaning = AvroMeaning.of(schema);
        this.targets = targets;
        this.children = children;
        this.keys = keys;
    }

    static AvroNode of(Schema schema, List<Want> wants) {
        int[] here = wants.stream()
                .filter(want -> want.path().isEmpty())
                .mapToInt(Want::target)
                .toArray();
        return switch (schema.getType()) {
            case RECORD -> new AvroNode(schema, here, fields(schema, wants), NO_KEYS);
            case UNION -> new AvroNode(schema, NONE, branches(schema, wants), NO_KEYS);
            case MAP -> map(schema, here, wants);
            default -> new AvroNode(schema, here, NO_CHILDREN, NO_KEYS);
        };
    }

    private static AvroNode[] fields(Schema record, List<Want> wants) {
        List<Schema.Field> fields = record.getFields();
        AvroNode[] children = new AvroNode[fields.size()];
        boolean any = false;
        for (int i = 0; i < children.length; i++) {
            String name = fields.get(i).name();
            List<Want> below =
                    wants.stream().flatMap(want -> want.behind(name).stream()).toList();
            if (!below.isEmpty()) {
                children[i] = of(fields.get(i).schema(), below);
                any = true;
            }
        }
        return any ? children : NO_CHILDREN;
    }

    private static AvroNode[] branches(Schema union, List<Want> wants) {
        AvroNode[] children = new AvroNode[union.getTypes().size()];
        for (int i = 0; i < children.length; i++) {
            Schema branch = union.getTypes().get(i);
            List<Want> below = new ArrayList<>();
            for (Want want : wants) {
                if (want.path().isEmpty() || has(branch, want.path().get(0))) {
                    below.add(want);
                } else {
                    want.behind(branch.getName())
                            .or(() -> want.behind(branch.getFullName()))
                            .ifPresent(below::add);
                }
            }
            children[i] = below.isEmpty() ? null : of(branch, below);
        }
        return children;
    }

    private static boolean has(Schema schema, String step) {
        return schema.getType() == Schema.Type.MAP
                || schema.getType() == Schema.Type.RECORD && schema.getField(step) != null;
    }

    private static AvroNode map(Schema map, int[] here, List<Want> wants) {
        Map<String, List<Want>> byKey = new LinkedHashMap<>();
        for (Want want : wants) {
            if (!want.path().isEmpty()) {
                String key = want.path().get(0);
                want.behind(key)
                        .ifPresent(below -> byKey.computeIfAbsent(key, k -> new ArrayList<>())
                                .add(below));
            }
        }
        return new AvroNode(
                map,
                here,
                byKey.values().stream()
                        .map(below -> of(map.getValueType(), below))
                        .toArray(AvroNode[]::new),
                byKey.keySet().stream()
                        .map(key -> key.getBytes(StandardCharsets.UTF_8))
                        .toArray(byte[][]::new));
    }
}
