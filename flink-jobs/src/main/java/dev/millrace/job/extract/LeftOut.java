package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;
import dev.millrace.store.PipelineError;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Records that were left out of a batch because they cannot be loaded: one error for each up to a bound, the rest
 * counted. It travels with the rows and becomes part of the batch's decision, so each is recorded once or not at all.
 *
 * @param listed at most {@link SystemEntry.Decide#ERRORS_BYTES_MAX} of them, each source partition's in order
 * @param rest by source partition; those for which there is no room are together under an empty name
 */
public record LeftOut(List<PipelineError> listed, Map<String, Rest> rest) {
    public static final LeftOut NONE = new LeftOut(List.of(), Map.of());

    /** Room for the rows that count the rest: some hundred source partitions, each file is one. */
    private static final int REST_BYTES_MAX = 64 << 10;

    private static final int LISTED_BYTES_MAX = SystemEntry.Decide.ERRORS_BYTES_MAX - REST_BYTES_MAX;

    /** Of a row that counts, beside the names in it. */
    private static final int REST_ROW_BYTES = 160;

    public LeftOut {
        listed = List.copyOf(listed);
        rest = Map.copyOf(rest);
    }

    /** Records that are only counted; their lowest and highest offset, −1 if nobody knows. */
    public record Rest(String topic, long count, long firstOffset, long lastOffset) {
        public Rest {
            requireNonNull(topic, "topic");
        }

        private String message(String partition) {
            String place = topic.isEmpty()
                    ? partition.isEmpty() ? "files" : "file '" + partition + "'"
                    : "topic '" + topic + "'" + (partition.isEmpty() ? "" : " partition " + partition);
            return count + " more records of " + place
                    + " were left out of this batch"
                    + (firstOffset < 0 ? "" : "; their offsets are among " + firstOffset + " to " + lastOffset);
        }

        Rest with(Rest other) {
            return new Rest(
                    topic,
                    count + other.count,
                    Math.min(firstOffset, other.firstOffset),
                    Math.max(lastOffset, other.lastOffset));
        }
    }

    public boolean isEmpty() {
        return listed.isEmpty() && rest.isEmpty();
    }

    /** These and others of the same batch. What finds no room in the list is counted. */
    public LeftOut with(LeftOut others) {
        if (others.isEmpty()) {
            return this;
        }
        List<PipelineError> allListed = new ArrayList<>(listed);
        TreeMap<String, Rest> allRest = new TreeMap<>(rest);
        long size = listed.stream().mapToLong(PipelineError::sizeBytes).sum();
        for (PipelineError error : others.listed) {
            size += error.sizeBytes();
            if (size <= LISTED_BYTES_MAX) {
                allListed.add(error);
            } else {
                Rest one = new Rest(error.topic(), 1, error.offset(), error.offset());
                allRest.merge(error.sourcePartition(), one, Rest::with);
            }
        }
        others.rest.forEach((partition, more) -> allRest.merge(partition, more, Rest::with));
        return new LeftOut(allListed, bounded(allRest));
    }

    private static Map<String, Rest> bounded(TreeMap<String, Rest> rest) {
        long size = 0;
        Map<String, Rest> bounded = new TreeMap<>();
        for (Map.Entry<String, Rest> entry : rest.entrySet()) {
            Rest one = entry.getValue();
            // A name stands in the row and in its message.
            size += REST_ROW_BYTES + 2L * (entry.getKey().length() + one.topic().length());
            if (size <= REST_BYTES_MAX) {
                bounded.put(entry.getKey(), one);
            } else {
                bounded.merge("", new Rest(one.topic(), one.count(), -1, -1), Rest::with);
            }
        }
        return bounded;
    }

    /** As rows of PIPELINES_ERRORS: one for each that is listed, and one for the rest of each source partition, as far as there is room. */
    public List<PipelineError> errors(long atMillis) {
        List<PipelineError> errors = new ArrayList<>(listed);
        new TreeMap<>(rest)
                .forEach((partition, more) -> errors.add(new PipelineError(
                        atMillis,
                        "Load",
                        SqlState.RECORD_REFUSED.number(),
                        more.message(partition),
                        more.topic(),
                        partition,
                        more.firstOffset(),
                        0,
                        "",
                        new byte[0])));
        return errors;
    }

    public void write(WireWriter out) {
        out.list(listed, (o, error) -> error.write(o));
        out.list(
                new TreeMap<>(rest).entrySet(),
                (o, entry) -> o.text(entry.getKey())
                        .text(entry.getValue().topic())
                        .number(entry.getValue().count())
                        .number(entry.getValue().firstOffset())
                        .number(entry.getValue().lastOffset()));
    }

    public static LeftOut read(WireReader in) {
        List<PipelineError> listed = in.list(PipelineError::read);
        Map<String, Rest> rest = new TreeMap<>();
        in.list(i -> rest.put(i.text(), new Rest(i.text(), i.number(), i.number(), i.number())));
        return new LeftOut(listed, rest);
    }
}
