package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Cursor;
import dev.millrace.store.FilePlace;
import dev.millrace.transform.file.FileContent;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.load.RecordError;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;

/**
 * Reads the files of one task, one after the other, a piece at a time. A file that cannot be read to its end stops the
 * pipeline, or its rest is left out, as the error mode says of records without sense. Runs in the fetcher's thread.
 */
final class FileSplitReader implements SplitReader<KafkaFetch, FileSplit> {
    private static final RecordBatch NO_RECORDS = new RecordBatch(new byte[0], new int[0], new int[0], new long[0], 0);

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private final int pieceBytes;
    private final LoadSpec load;
    private final Deque<FileSplit> waiting = new ArrayDeque<>();
    private Optional<FileSplit> current = Optional.empty();
    private Optional<FileContent> content = Optional.empty();
    private long place;

    /** @param pieceBytes of a file that are read at once */
    FileSplitReader(JobRun run, StoreDoor.Opener opener, int pieceBytes) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
        this.pieceBytes = pieceBytes;
        this.load = run.pipeline().load();
    }

    @Override
    public RecordsWithSplitIds<KafkaFetch> fetch() {
        if (current.isEmpty()) {
            current = Optional.ofNullable(waiting.poll());
            current.ifPresent(split -> place = split.place());
        }
        if (current.isEmpty()) {
            return new Fetches(Map.of(), () -> {});
        }
        FileSplit split = current.get();
        KafkaFetch fetch = piece(split);
        boolean ended = FilePlace.of(fetch.to()).hasEnded();
        if (ended) {
            close();
            current = Optional.empty();
        }
        String id = split.splitId();
        return new Fetches(Map.of(id, List.of(fetch)), () -> {}, ended ? Set.of(id) : Set.of());
    }

    private KafkaFetch piece(FileSplit split) {
        Cursor from = new Cursor(split.file().version(), split.splitId(), place);
        long now = System.currentTimeMillis();
        try {
            if (content.isEmpty()) {
                content = Optional.of(FileContent.open(run.pipeline(), split.file(), place, pieceBytes));
            }
            FileContent opened = content.get();
            RecordBatch records = opened.next();
            long bytes = run.pipeline().countsRows()
                    ? IntStream.of(records.lengths()).asLongStream().sum()
                    : opened.place() - place;
            place = opened.place();
            FilePlace.State state = opened.hasEnded() ? FilePlace.State.LOADED : FilePlace.State.LOADING;
            return new KafkaFetch(from, new FilePlace(place, state).offset(), records, bytes, now, List.of());
        } catch (StatementException e) {
            // What changes while it is read may be whole a moment later: it is not for a mode of errors to give up.
            if (e.state() == SqlState.FILE_CHANGED || !RecordError.Kind.MALFORMED.isSkipped(load)) {
                throw RunEnd.failed(
                        opener,
                        run,
                        e.state(),
                        RunEnd.error("Extract", e.state(), e.getMessage(), split.splitId(), place));
            }
            long skipped = new FilePlace(place, FilePlace.State.SKIPPED).offset();
            String message = e.getMessage() + "; "
                    + (run.pipeline().isThroughProgram()
                            ? "it"
                            : "what comes behind " + FileContent.unit(run.pipeline()) + " " + place)
                    + " is left out";
            return new KafkaFetch(
                    from,
                    skipped,
                    NO_RECORDS,
                    0,
                    now,
                    List.of(RunEnd.error("Extract", e.state(), message, split.splitId(), place)));
        }
    }

    @Override
    public void handleSplitsChanges(SplitsChange<FileSplit> change) {
        if (!(change instanceof SplitsAddition)) {
            throw new UnsupportedOperationException("splits change of " + change.getClass());
        }
        waiting.addAll(change.splits());
    }

    /** A piece is read in a moment. */
    @Override
    public void wakeUp() {}

    @Override
    public void close() {
        content.ifPresent(FileContent::close);
        content = Optional.empty();
    }
}
