package dev.millrace.leaf.engine;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.Map;
import java.util.TreeMap;

/** A set of numbers kept as ranges: batches finish almost in order, so a few ranges hold all that ever finished. */
final class NumberRanges {
    /** More gaps than this mean numbers that never had anything here (a partition takes part in some batches only). */
    private static final int RANGES_MAX = 256;

    /** First number of a range to its last. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    boolean contains(long number) {
        Map.Entry<Long, Long> range = ranges.floorEntry(number);
        return range != null && number <= range.getValue();
    }

    /**
     * Adds a number. When there are too many ranges the lowest two become one, with the gap between them, unless a
     * number below is still open.
     *
     * @param lowestOpen lowest number that may yet finish, {@link Long#MAX_VALUE} if there is none
     */
    void add(long number, long lowestOpen) {
        if (contains(number)) {
            return;
        }
        long first = number;
        long last = number;
        Map.Entry<Long, Long> below = ranges.floorEntry(number);
        if (below != null && below.getValue() == number - 1) {
            first = below.getKey();
        }
        Long above = ranges.remove(number + 1);
        if (above != null) {
            last = above;
        }
        ranges.put(first, last);
        while (ranges.size() > RANGES_MAX && joinLowest(lowestOpen)) {}
    }

    private boolean joinLowest(long lowestOpen) {
        Map.Entry<Long, Long> lowest = ranges.firstEntry();
        Map.Entry<Long, Long> next = ranges.higherEntry(lowest.getKey());
        if (lowestOpen < next.getKey()) {
            return false;
        }
        ranges.remove(next.getKey());
        ranges.put(lowest.getKey(), next.getValue());
        return true;
    }

    void write(WireWriter out) {
        out.list(ranges.entrySet(), (o, range) -> o.number(range.getKey()).number(range.getValue()));
    }

    static NumberRanges read(WireReader in) {
        NumberRanges set = new NumberRanges();
        in.list(i -> Map.entry(i.number(), i.number()))
                .forEach(range -> set.ranges.put(range.getKey(), range.getValue()));
        return set;
    }
}
