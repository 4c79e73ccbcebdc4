package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * Avro values, one row each. A value is walked once by its writer's schema; where what the paths want stands is noted and
 * then put into the columns, so that a broken one is known before any value is.
 */
final class AvroReader implements RecordReader {
    /** Digits of any decimal that a column takes, and many more; what is longer costs its square. */
    private static final int DECIMAL_BYTES_MAX = 64;

    /** A schema may claim any scale, and each digit of it would be written out. */
    private static final int DECIMAL_SCALE_MAX = 1_000;

    private final JsonReader.Target[] targets;
    private final AvroSchemas schemas;
    private final AvroBytes in = new AvroBytes();
    private final AvroJson json = new AvroJson(in);
    /* By target: where the value in hand has it, and what it is. */
    private final AvroNode[] found;
    private final int[] places;
    private AvroSchemas.Plan plan;
    private int position;
    /* Behind the value in hand once its end is known; −1 before. */
    private int behind;
    private int rowsBefore;
    private int jsonBytesLeft;

    AvroReader(List<JsonReader.Target> targets, AvroSchemas schemas) {
        this.targets = targets.toArray(JsonReader.Target[]::new);
        this.schemas = requireNonNull(schemas, "schemas");
        found = new AvroNode[this.targets.length];
        places = new int[this.targets.length];
        plan = AvroSchemas.Plan.NONE;
    }

    /** What the targets want of a schema. */
    static List<AvroNode.Want> wants(List<JsonReader.Target> targets) {
        List<AvroNode.Want> wants = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            wants.add(new AvroNode.Want(i, targets.get(i).path()));
        }
        return wants;
    }

    @Override
    public void writtenBy(String schema) {
        schemas.writtenBy(schema);
    }

    @Override
    public void read(byte[] bytes, int from, int to) {
        behind = -1;
        rowsBefore = targets[0].column().rows;
        position = from;
        in.start(bytes, from, to);
        plan = schemas.plan(in);
        values();
    }

    @Override
    public int rowsBefore() {
        return rowsBefore;
    }

    @Override
    public int recover() {
        return behind < 0 ? in.end() : behind;
    }

    @Override
    public void resume(int from) {
        in.at = from;
        values();
    }

    private void values() {
        do {
            int start = in.at;
            position = start;
            behind = -1;
            rowsBefore = targets[0].column().rows;
            Arrays.fill(found, null);
            walk(plan.root(), 0);
            if (!in.isEnd() && (plan.alone() || in.at == start)) {
                throw in.malformed(in.at, (in.end() - in.at) + " bytes are left behind it");
            }
            behind = in.at;
            put(start);
            in.at = behind;
        } while (!in.isEnd());
    }

    private void walk(AvroNode node, int depth) {
        for (int target : node.targets) {
            found[target] = node;
            places[target] = in.at;
        }
        if (node.children.length == 0) {
            in.skip(node.schema, depth);
            return;
        }
        switch (node.schema.getType()) {
            case UNION -> {
                int branch = in.index(node.children.length);
                step(node.children[branch], node.schema.getTypes().get(branch), depth);
            }
            case RECORD -> {
                in.enter(depth);
                List<Schema.Field> fields = node.schema.getFields();
                for (int i = 0; i < node.children.length; i++) {
                    step(node.children[i], fields.get(i).schema(), depth + 1);
                }
            }
            case MAP -> map(node, depth);
            default -> throw new IllegalStateException("a path into " + node.schema.getType());
        }
    }

    private void step(AvroNode child, Schema schema, int depth) {
        if (child == null) {
            in.skip(schema, depth);
        } else {
            walk(child, depth);
        }
    }

    /* Of equal keys the last wins, with all that is below it. */
    private void map(AvroNode node, int depth) {
        for (long left = in.block(); left > 0; left = in.block()) {
            for (long i = 0; i < left; i++) {
                in.enter(depth);
                int length = in.size();
                int from = in.skip(length);
                AvroNode child = null;
                for (int key = 0; key < node.keys.length && child == null; key++) {
                    if (JsonScanner.same(in.bytes, from, from + length, node.keys[key])) {
                        child = node.children[key];
                        forget(child);
                    }
                }
                step(child, node.schema.getValueType(), depth + 1);
            }
        }
    }

    private void forget(AvroNode node) {
        for (int target : node.targets) {
            found[target] = null;
        }
        for (AvroNode child : node.children) {
            if (child != null) {
                forget(child);
            }
        }
    }

    private void put(int start) {
        jsonBytesLeft = Loader.ROW_BYTES_MAX;
        for (int i = 0; i < targets.length; i++) {
            JsonReader.Target target = targets[i];
            AvroNode node = found[i];
            if (node == null) {
                position = start;
                target.missing().put(target.column());
            } else {
                position = places[i];
                in.at = places[i];
                put(target.column(), node);
            }
        }
    }

    private void put(ColumnBuilder column, AvroNode node) {
        Schema schema = node.schema;
        Schema.Type type = schema.getType();
        if (column.takesDocuments() && type != Schema.Type.NULL && type != Schema.Type.STRING) {
            document(column, schema);
            return;
        }
        switch (type) {
            case NULL -> column.nul();
            case BOOLEAN -> column.bool(in.bool());
            case INT, LONG -> whole(column, node.meaning, in.number());
            case FLOAT -> {
                float value = in.single();
                column.real(value, Float.toString(value));
            }
            case DOUBLE -> {
                double value = in.real();
                column.real(value, Double.toString(value));
            }
            case STRING -> binary(column, node, in.size());
            case BYTES -> binary(column, node, in.size());
            case FIXED -> binary(column, node, schema.getFixedSize());
            case ENUM -> text(column, in.symbol(schema));
            case RECORD, ARRAY, MAP -> document(column, schema);
            case UNION -> throw new IllegalStateException("a union is one of its branches");
        }
    }

    private void document(ColumnBuilder column, Schema schema) {
        int length = json.write(schema, jsonBytesLeft);
        jsonBytesLeft -= length;
        column.document(json.text(), 0, length);
    }

    /* A column of numbers takes a time's number: what it counts, and from when, the schema says. */
    private static void whole(ColumnBuilder column, AvroMeaning meaning, long value) {
        if (meaning.isPointInTime() && !column.isNumeric()) {
            column.moment(meaning.micros(value), meaning == AvroMeaning.DATE);
        } else if (meaning.isTimeOfDay() && !column.isNumeric()) {
            text(column, ascii(TimeText.writeClock(meaning.micros(value))));
        } else {
            column.integer(value);
        }
    }

    private void binary(ColumnBuilder column, AvroNode node, int size) {
        int from = in.skip(size);
        switch (node.meaning) {
            case DECIMAL -> {
                checkDecimal(node.schema, size, column.spec.name());
                byte[] digits = ascii(AvroMeaning.decimal(node.schema, in.bytes, from, size));
                column.number(digits, 0, digits.length);
            }
            case UUID -> {
                if (column instanceof BinaryColumn) {
                    column.text(in.bytes, from, from + size);
                } else {
                    text(column, ascii(AvroMeaning.uuid(in.bytes, from)));
                }
            }
            default -> column.text(in.bytes, from, from + size);
        }
    }

    static void checkDecimal(Schema schema, int sizeBytes, String column) {
        int scale = ((LogicalTypes.Decimal) schema.getLogicalType()).getScale();
        if (scale > DECIMAL_SCALE_MAX) {
            throw BadValue.of(
                    RecordError.Kind.OUT_OF_RANGE, "a decimal of scale " + scale + " is out of range", column);
        }
        if (sizeBytes > DECIMAL_BYTES_MAX) {
            throw BadValue.of(
                    RecordError.Kind.OUT_OF_RANGE, "a decimal of " + sizeBytes + " bytes is out of range", column);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void text(ColumnBuilder column, byte[] text) {
        column.text(text, 0, text.length);
    }

    @Override
    public int position() {
        return position;
    }

    /** Avro has no lines. */
    @Override
    public int line(byte[] bytes, int from, int place) {
        return 0;
    }

    @Override
    public void release() {
        in.release();
        json.release();
    }
}
