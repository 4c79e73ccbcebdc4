package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.SqlExpression;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BiPredicate;
import org.apache.arrow.memory.BufferAllocator;

/**
 * SET and WHERE over the rows that the records of a load brought. DuckDB evaluates them for all rows at once; what it
 * answers is text that the columns read as they read a field, so a value that does not fit its column is the record's
 * error here as it is there.
 */
final class Computation {
    private final LoadSpec load;
    private final List<String> expressions;
    private final List<ColumnBuilder> inputs;
    private final List<ColumnBuilder> targets;
    private final ColumnBuilder origins;
    private final ExpressionEngine engine;
    private final BufferAllocator allocator;

    /**
     * @param inputs what the format and the source fill
     * @param targets the columns of SET, in its order
     * @param origins beside the inputs, what else has a value for each row
     */
    Computation(
            LoadSpec load,
            List<ColumnBuilder> inputs,
            List<ColumnBuilder> targets,
            ColumnBuilder origins,
            ExpressionEngine engine,
            BufferAllocator allocator) {
        this.load = requireNonNull(load, "load");
        this.inputs = List.copyOf(inputs);
        this.targets = List.copyOf(targets);
        this.origins = requireNonNull(origins, "origins");
        this.engine = requireNonNull(engine, "engine");
        this.allocator = requireNonNull(allocator, "allocator");
        this.expressions = load.computedColumns().stream()
                .map(computed -> computed.value().duckdb())
                .toList();
    }

    /**
     * Fills the targets and drops the rows that WHERE drops.
     *
     * @param leaveOut asked for each row that cannot be computed, in order; whether it is dropped; otherwise this ends
     * @return whether all rows are filled or dropped
     */
    boolean run(BiPredicate<Integer, BadValue> leaveOut) {
        int rows = inputs.get(0).rows;
        ExpressionEngine.Computed computed;
        try (InputRows read = read(rows)) {
            computed = engine.compute(read, expressions, load.where().map(SqlExpression::duckdb));
        }
        int[] kept = new int[rows];
        int count = 0;
        for (int row = 0; row < rows; row++) {
            try {
                if (computed.isKept(row)) {
                    put(computed.values(row));
                    kept[count++] = row;
                }
            } catch (BadValue bad) {
                int filled = count;
                targets.forEach(target -> target.truncate(filled));
                if (!leaveOut.test(row, bad)) {
                    return false;
                }
            }
        }
        if (count < rows) {
            int[] all = Arrays.copyOf(kept, count);
            inputs.forEach(input -> input.keep(all));
            origins.keep(all);
        }
        return true;
    }

    private void put(String[] values) {
        for (int i = 0; i < values.length; i++) {
            ColumnBuilder target = targets.get(i);
            if (values[i] == null) {
                target.nul();
            } else {
                boolean binary = target.spec.type().duckdb().equals("BLOB");
                byte[] text = binary ? HexFormat.of().parseHex(values[i]) : values[i].getBytes(StandardCharsets.UTF_8);
                target.text(text, 0, text.length);
            }
        }
    }

    /** Only what some expression names. */
    private InputRows read(int rows) {
        List<InputRows.Input> read = new ArrayList<>();
        for (ColumnBuilder input : inputs) {
            String name = input.spec.name();
            if (load.isNamed(name)) {
                read.add(new InputRows.Input(name, input.spec.type(), input.finish(allocator)));
            }
        }
        return new InputRows(read, rows);
    }
}
