package dev.millrace.transform.isolate;

import static java.util.Objects.requireNonNull;

import dev.millrace.transform.process.ProgramLimits;
import java.io.Serializable;
import java.time.Duration;

/**
 * What finding the records that a program fails on may take.
 *
 * @param inputBytes most that one run is given: it is held in memory until the run has ended well
 * @param inputRecords the same in records
 * @param runs most runs of a search
 * @param search longest time of a search
 * @param hopeless records that fail alone, one after the other, before the program is blamed if it has never done well
 */
public record IsolationLimits(long inputBytes, int inputRecords, int runs, Duration search, int hopeless)
        implements Serializable {
    /**
     * A few fetches; some hundred records that fail; twice what a checkpoint may take, which is enough for a record that
     * hangs in each search step.
     */
    public static final IsolationLimits DEFAULT =
            new IsolationLimits(32L << 20, 300_000, 4_000, Duration.ofMinutes(10), 100);

    /** A part of the input gets this fraction of a program's time; a record alone gets all of it. */
    private static final int HASTE = 4;

    public IsolationLimits {
        requireNonNull(search, "search");
        if (inputBytes < 1 || inputRecords < 1 || runs < 1 || hopeless < 1 || search.isNegative()) {
            throw new IllegalArgumentException("limits of " + inputBytes + " bytes, " + inputRecords + " records, "
                    + runs + " runs, " + search + ", " + hopeless + " failures");
        }
    }

    /** Of a run whose failure only means that its input is looked at more closely: a hang should not cost minutes. */
    static ProgramLimits hasty(ProgramLimits patient) {
        return new ProgramLimits(
                patient.stall().dividedBy(HASTE),
                patient.finish().dividedBy(HASTE),
                patient.memoryBytes(),
                patient.outputBytes());
    }
}
