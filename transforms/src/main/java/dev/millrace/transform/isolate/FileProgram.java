package dev.millrace.transform.isolate;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.FormatSpec;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.process.ProgramRun;
import dev.millrace.transform.process.ProgramRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** A program over files, a run for each, whose output is held until the run has ended well. For one thread. */
public final class FileProgram {
    private final ProgramRunner runner;
    private final FormatSpec format;
    private final Path spill;
    private final int ignoredRows;
    /* Of the file under way. */
    private Optional<ProgramRun> program = Optional.empty();
    private Optional<HeldOutput> held = Optional.empty();

    /**
     * Starts nothing.
     *
     * @param runner its owner closes it
     * @param format of the output, of which each file's first lines are left out if it says so
     * @param spill a file for output that is large
     */
    public FileProgram(ProgramRunner runner, FormatSpec format, Path spill) {
        this.runner = requireNonNull(runner, "runner");
        this.format = requireNonNull(format, "format");
        this.spill = requireNonNull(spill, "spill");
        this.ignoredRows = ignoredRows(format);
    }

    /**
     * Gives the program more of the file, as it is.
     *
     * @throws dev.millrace.transform.process.ProgramException a run that failed
     * @throws dev.millrace.spec.error.StatementException TRANSFORM_FAILED for output that is no rows
     */
    public void add(RecordBatch pieces) throws IOException, InterruptedException {
        if (program.isEmpty()) {
            program = Optional.of(runner.next());
            held = Optional.of(new HeldOutput(format, spill));
        }
        HeldOutput output = held.orElseThrow();
        for (int i = 0; i < pieces.count(); i++) {
            program.get().write(pieces.bytes(), pieces.starts()[i], pieces.lengths()[i], output::add);
        }
        program.get().flush(output::add);
    }

    /** The file has ended. All output is there when this returns. Throws as {@link #add} does. */
    public void finish() throws IOException, InterruptedException {
        HeldOutput output = held.orElseThrow();
        program.orElseThrow().finish(output::add);
        output.end();
    }

    /** Hands all rows out, numbered from 1. */
    public void drain(Consumer<RecordBatch> rows) throws IOException {
        held.orElseThrow().drain(0, piece -> {
            RecordBatch wanted = piece.above(ignoredRows);
            if (wanted.count() > 0) {
                rows.accept(wanted);
            }
        });
    }

    /** How many rows of a file's output are left out: its first. */
    public static int ignoredRows(FormatSpec format) {
        return format instanceof FormatSpec.Csv csv ? csv.ignoreLines() : 0;
    }

    /** Ends the run, however it went, and forgets its output. */
    public void forget() {
        program.ifPresent(ProgramRun::close);
        program = Optional.empty();
        held.ifPresent(HeldOutput::close);
        held = Optional.empty();
    }
}
