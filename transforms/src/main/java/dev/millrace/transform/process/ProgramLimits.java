package dev.millrace.transform.process;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;

/**
 * What a run of a program may take.
 *
 * @param stall longest that it neither takes input nor gives output while either is waited for
 * @param finish longest from the end of its input to its own end
 * @param memoryBytes of data for each process; where the system can hold it to that
 * @param outputBytes of one run
 */
public record ProgramLimits(Duration stall, Duration finish, long memoryBytes, long outputBytes)
        implements Serializable {
    /**
     * A program may ask other machines for each record, hence the stall; the finish stays below the time that a
     * checkpoint may take.
     */
    public static final ProgramLimits DEFAULT =
            new ProgramLimits(Duration.ofSeconds(60), Duration.ofSeconds(240), 2L << 30, 4L << 30);

    public ProgramLimits {
        requireNonNull(stall, "stall");
        requireNonNull(finish, "finish");
        if (stall.isNegative() || finish.isNegative() || memoryBytes < 1 || outputBytes < 1) {
            throw new IllegalArgumentException("limits of " + stall + ", " + finish + ", " + memoryBytes
                    + " bytes of memory, " + outputBytes + " of output");
        }
    }
}
