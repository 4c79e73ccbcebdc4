package dev.millrace.store;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * One try of a writer. Newer fences older.
 *
 * @param run one submission of a pipeline's job, given out by the system partition; 1 for an aggregator
 * @param number one try inside the run, from 0
 */
public record Attempt(long run, int number) implements Comparable<Attempt> {
    /** Before every attempt. */
    public static final Attempt NONE = new Attempt(0, 0);

    @Override
    public int compareTo(Attempt other) {
        int byRun = Long.compare(run, other.run);
        return byRun != 0 ? byRun : Integer.compare(number, other.number);
    }

    public boolean isOlderThan(Attempt other) {
        return compareTo(other) < 0;
    }

    @Override
    public String toString() {
        return "run " + run + " attempt " + number;
    }

    public void write(WireWriter out) {
        out.number(run).number(number);
    }

    public static Attempt read(WireReader in) {
        return new Attempt(in.number(), in.integer());
    }
}
