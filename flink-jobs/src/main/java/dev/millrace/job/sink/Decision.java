package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.Attempt;
import dev.millrace.store.TableRef;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.WireReader;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Makes a staged batch exist. The entry is idempotent by the batch's id, so the door may send it until it has an answer;
 * without one the attempt fails, and the next one learns from the cursors whether the batch exists.
 */
final class Decision {
    private final JobRun run;
    private final Attempt attempt;
    private final StoreDoor door;
    private final TableSpec table;
    private final WriteMode mode;
    private final Gate gate;

    /** @param job Flink's job id in hexadecimal */
    Decision(JobRun run, Attempt attempt, String job, StoreDoor door) {
        this.run = requireNonNull(run, "run");
        this.attempt = requireNonNull(attempt, "attempt");
        this.door = requireNonNull(door, "door");
        this.table = run.pipeline().table();
        this.mode = run.mode();
        this.gate = new Gate(run, attempt, job, door);
    }

    /** Decides a batch and answers its CSN, 0 if it has no rows. */
    long decide(StagedBatch batch) throws IOException, InterruptedException {
        try {
            // Rows with unique keys may be refused by what the table holds: that is found out before, under the gate.
            return batch.rows() == 0 || !mode.isSealed(table)
                    ? send(batch, Gate.NONE)
                    : gate.whileHeld(batch, (number, seals) -> send(withoutClashing(batch, seals), number));
        } catch (RefusedException e) {
            throw refused(batch, e);
        }
    }

    /** What the seals say will be left out is recorded with the decision. */
    private StagedBatch withoutClashing(StagedBatch batch, List<WireReader> seals) {
        return mode == WriteMode.SKIP ? new Clashes(run, batch).leaveOut(seals) : batch;
    }

    private long send(StagedBatch batch, long gateNumber) {
        long now = System.currentTimeMillis();
        SystemEntry.Decide entry = new SystemEntry.Decide(
                batch.id(),
                run.database(),
                run.mapVersion(),
                // Rows that were all left out have been staged nevertheless.
                batch.participants().isEmpty() ? List.of() : List.of(new TableRef(table.id(), table.version())),
                mode,
                gateNumber,
                batch.moves(),
                batch.participants(),
                Optional.empty(),
                batch.rows(),
                batch.bytes(),
                batch.startedAtMillis(),
                now,
                batch.leftOut().errors(now));
        return door.system(entry).number();
    }

    private RuntimeException refused(StagedBatch batch, RefusedException e) {
        return switch (e.refusal()) {
            case FENCED, FINISHED, UNKNOWN -> RunEnd.fenced(run, attempt, e);
            case TABLE_CHANGED, MAP_CHANGED -> RunEnd.outdated(run, e);
            case CURSOR_MISMATCH -> failed("Decide", SqlState.CURSOR_MISMATCH, e);
            case TOO_LARGE -> failed("Decide", SqlState.RESOURCES_EXHAUSTED, e);
            case DUPLICATE_KEY -> failed("Stage", SqlState.DUPLICATE_KEY, e);
            case NO_VALUE, OUT_OF_RANGE, TOO_LONG, INCORRECT_VALUE, NULL_VALUE ->
                failed("Stage", e.refusal().state(), e);
            case BUSY,
                    GATE_LOST,
                    BEHIND,
                    GAP,
                    NOT_LEADER,
                    EXISTS,
                    IN_USE,
                    NOT_RUNNING,
                    PLAN_STALE,
                    QUERY_FAILED,
                    RESOURCES_EXHAUSTED,
                    UNAVAILABLE,
                    MALFORMED,
                    PROGRAM_MISSING,
                    PLACES_DIFFER -> new IllegalStateException("no decision on " + batch.id() + ": " + e.refusal(), e);
        };
    }

    private RuntimeException failed(String kind, SqlState state, RefusedException e) {
        return RunEnd.failed(door, run, state, RunEnd.error(kind, state, e.getMessage()));
    }
}
