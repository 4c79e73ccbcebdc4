package dev.millrace.leaf.system;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.SourceOffsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Lists inside a column, as JSON, so that the views can take them apart. */
final class SystemJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SystemJson() {}

    static String numbers(List<Long> values) {
        return values.toString();
    }

    static List<Long> readNumbers(String json) {
        return list(parse(json), JsonNode::asLong);
    }

    static String numberLists(List<List<Long>> values) {
        return values.toString();
    }

    static List<List<Long>> readNumberLists(String json) {
        return list(parse(json), item -> list(item, JsonNode::asLong));
    }

    static String cursors(List<Cursor> cursors) {
        ArrayNode array = MAPPER.createArrayNode();
        cursors.forEach(cursor -> position(array, cursor));
        return array.toString();
    }

    static List<Cursor> readCursors(String json) {
        return list(parse(json), SystemJson::position);
    }

    static String moves(List<CursorMove> moves) {
        ArrayNode array = MAPPER.createArrayNode();
        moves.forEach(move -> position(array, move.from()).put("to", move.to()));
        return array.toString();
    }

    static List<CursorMove> readMoves(String json) {
        return list(
                parse(json),
                item -> new CursorMove(position(item), item.required("to").asLong()));
    }

    static String offsets(List<SourceOffsets> offsets) {
        ArrayNode array = MAPPER.createArrayNode();
        offsets.forEach(item -> array.addObject()
                .put("partition", item.partition())
                .put("earliest", item.earliest())
                .put("latest", item.latest())
                .put("pending", item.pendingMillis()));
        return array.toString();
    }

    static List<SourceOffsets> readOffsets(String json) {
        return list(
                parse(json),
                item -> new SourceOffsets(
                        item.required("partition").asText(),
                        item.required("earliest").asLong(),
                        item.required("latest").asLong(),
                        item.required("pending").asLong()));
    }

    private static ObjectNode position(ArrayNode array, Cursor cursor) {
        return array.addObject()
                .put("incarnation", cursor.incarnation())
                .put("partition", cursor.partition())
                .put("offset", cursor.offset());
    }

    private static Cursor position(JsonNode item) {
        return new Cursor(
                item.required("incarnation").asText(),
                item.required("partition").asText(),
                item.required("offset").asLong());
    }

    private static <T> List<T> list(JsonNode array, Function<JsonNode, T> item) {
        List<T> values = new ArrayList<>(array.size());
        array.forEach(node -> values.add(item.apply(node)));
        return List.copyOf(values);
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + json, e);
        }
    }
}
