package dev.millrace.transform.load;

import dev.millrace.spec.RecordProperty;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What expressions ask of records beside their values, as inputs of text. */
final class PropertyColumns {
    private final Map<RecordProperty, ColumnBuilder> columns = new EnumMap<>(RecordProperty.class);

    /** @param column makes the column of an input */
    PropertyColumns(List<RecordProperty> properties, Function<String, ColumnBuilder> column) {
        properties.forEach(property -> columns.put(property, column.apply(property.input())));
    }

    /** All inputs: what the format fills, and these. */
    List<ColumnBuilder> behind(List<ColumnBuilder> mapped) {
        return Stream.concat(mapped.stream(), columns.values().stream()).toList();
    }

    /**
     * Fills the rows that the format has filled.
     *
     * @param origins of each row the number of its record
     */
    void fill(RecordBatch batch, IntegerColumn origins) {
        columns.forEach((property, column) -> {
            for (int row = 0; row < origins.rows; row++) {
                int index = (int) origins.value(row);
                Optional<String> text =
                        batch.properties().flatMap(known -> known.text(property, index, batch.offsets()[index]));
                if (text.isPresent()) {
                    byte[] bytes = text.get().getBytes(StandardCharsets.UTF_8);
                    column.text(bytes, 0, bytes.length);
                } else {
                    column.nul();
                }
            }
        });
    }
}
