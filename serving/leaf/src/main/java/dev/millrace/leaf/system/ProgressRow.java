package dev.millrace.leaf.system;

import dev.millrace.store.Participant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How far a database has come.
 *
 * @param csn its newest CSN
 * @param seq number of its newest batch, those without a CSN counted too
 * @param lastTouched for each partition the last CSN that touches it (F)
 */
record ProgressRow(long database, long csn, long seq, List<Long> lastTouched) implements Row {
    static ProgressRow first(long database, int partitions) {
        return new ProgressRow(database, 0, 0, List.copyOf(Collections.nCopies(partitions, 0L)));
    }

    /** After a batch in which these partitions take part; none if it has no rows. */
    ProgressRow after(List<Participant> participants) {
        if (participants.isEmpty()) {
            return new ProgressRow(database, csn, seq + 1, lastTouched);
        }
        List<Long> touched = new ArrayList<>(lastTouched);
        participants.forEach(participant -> touched.set(participant.ordinal(), csn + 1));
        return new ProgressRow(database, csn + 1, seq + 1, List.copyOf(touched));
    }

    @Override
    public List<Object> values() {
        return List.of(database, csn, seq, SystemJson.numbers(lastTouched));
    }

    static ProgressRow of(List<Object> row) {
        Values in = new Values(row);
        return new ProgressRow(in.number(), in.number(), in.number(), SystemJson.readNumbers(in.text()));
    }
}
