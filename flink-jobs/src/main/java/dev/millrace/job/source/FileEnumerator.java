package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.NoState;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Cursor;
import dev.millrace.store.FilePlace;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.transform.file.FileContent;
import dev.millrace.transform.file.FileListing;
import dev.millrace.transform.file.FoundFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for files and gives them to tasks that have none. Tasks ask after they have opened their attempt, so cursors that
 * are read at the first question of an attempt are those that it starts from; what tasks were given before is void then.
 * Looks run beside the enumerator's thread, one at a time.
 */
final class FileEnumerator implements SplitEnumerator<FileSplit, NoState> {
    private static final Logger LOG = LoggerFactory.getLogger(FileEnumerator.class);

    /** Files known to wait; more are found when these are done. */
    private static final int FOUND_MAX = 10_000;

    /** What a task is given at once: one large file, or many small ones. */
    private static final int GIVEN_FILES_MAX = 64;

    private static final long GIVEN_BYTES_MAX = 8L << 20;

    /** A file that was changed less long ago is taken when a second look finds it the same. */
    private static final long SETTLED_MILLIS = 2_000;

    /** Looks take at most this part of the time: after a long one comes a long pause. */
    private static final int PAUSES_PER_LOOK = 10;

    private final SplitEnumeratorContext<FileSplit> context;
    private final JobRun run;
    private final StoreDoor.Opener opener;
    private final FileListing listing;
    private final long pollMillis;
    private final AtomicInteger generation = new AtomicInteger();
    /* Paths that tasks of this generation were given, and those that are waiting to be given. */
    private final Set<String> taken = ConcurrentHashMap.newKeySet();

    /* Of the enumerator's thread. */
    private final Deque<FileSplit> found = new ArrayDeque<>();
    private final Set<Integer> idle = new LinkedHashSet<>();
    private boolean reset = true;
    private boolean behind;
    private String trouble = "";

    /* Of looks. */
    private int lookedGeneration = -1;
    private final Map<String, Cursor> cursors = new HashMap<>();
    private Map<String, Seen> unsettled = Map.of();

    /** A file in a form that was first seen then. */
    private record Seen(FoundFile file, long atNanos) {}

    private long pauseUntilNanos = System.nanoTime();

    FileEnumerator(SplitEnumeratorContext<FileSplit> context, JobRun run, StoreDoor.Opener opener) {
        this.context = requireNonNull(context, "context");
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
        this.listing = new FileListing(FileSource.files(run));
        this.pollMillis = FileSource.files(run).settings().pollingInterval().toMillis();
    }

    private record Look(int generation, List<FileSplit> files) {}

    @Override
    public void start() {
        context.callAsync(() -> look(false), this::looked, pollMillis, pollMillis);
    }

    @Override
    public void handleSplitRequest(int subtask, String host) {
        idle.add(subtask);
        if (reset) {
            reset = false;
            found.clear();
            taken.clear();
            generation.incrementAndGet();
            context.callAsync(() -> look(true), this::looked);
        }
        give();
    }

    /** A task's attempt has ended, and so has that of all others. */
    @Override
    public void addSplitsBack(List<FileSplit> splits, int subtask) {
        reset = true;
        idle.remove(subtask);
        found.clear();
        behind(false);
    }

    /** Batches are larger then, as they are of a topic: nobody waits for the newest file yet. */
    private void behind(boolean is) {
        if (behind != is) {
            behind = is;
            context.setIsProcessingBacklog(is);
        }
    }

    @Override
    public void addReader(int subtask) {}

    private synchronized Look look(boolean now) {
        int wanted = generation.get();
        if (wanted == 0 || !now && System.nanoTime() < pauseUntilNanos) {
            return new Look(wanted, List.of());
        }
        long begun = System.nanoTime();
        if (lookedGeneration != wanted) {
            cursors.clear();
            try (StoreDoor door = opener.open(run)) {
                OpenAnswer.read(door.system(
                                SystemEntry.ReportOffsets.ask(run.pipeline().id())))
                        .cursors()
                        .forEach(cursor -> cursors.put(cursor.partition(), cursor));
            }
            lookedGeneration = wanted;
        }
        List<FileSplit> files = new ArrayList<>();
        Map<String, Seen> young = new HashMap<>();
        for (FoundFile file :
                listing.list(this::isKnown, FOUND_MAX, e -> LOG.debug("looking for files: {}", e.getMessage()))) {
            Cursor cursor = cursors.get(file.path());
            if (cursor == null && !isSettled(file)) {
                Seen before = unsettled.get(file.path());
                boolean same = before != null && before.file().equals(file);
                young.put(file.path(), same ? before : new Seen(file, begun));
            } else {
                files.add(new FileSplit(
                        file, cursor == null ? 0 : checked(file, cursor).offset()));
            }
        }
        unsettled = young;
        listing.checkFolder(cursors.keySet());
        addLost(files);
        files.sort(Comparator.comparingLong((FileSplit split) -> split.file().modifiedMillis())
                .thenComparing(FileSplit::splitId));
        long end = System.nanoTime();
        pauseUntilNanos = end + (end - begun) * PAUSES_PER_LOOK;
        return new Look(wanted, files);
    }

    /** Files that are gone before they were loaded to their end: whoever reads them finds that out. */
    private void addLost(List<FileSplit> files) {
        Set<String> there = new HashSet<>();
        files.forEach(split -> there.add(split.splitId()));
        cursors.forEach((path, cursor) -> {
            if (!isKnown(path)
                    && !there.contains(path)
                    && files.size() < FOUND_MAX
                    && listing.isNamed(path)
                    && isSeen(Path.of(path))) {
                files.add(new FileSplit(FoundFile.ofVersion(path, cursor.incarnation()), cursor.offset()));
            }
        });
    }

    /** Whether it can be said that a file is there, or is not: of one in a folder that must not be read for now it cannot. */
    private static boolean isSeen(Path file) {
        return Files.exists(file) || Files.notExists(file);
    }

    private boolean isKnown(String path) {
        Cursor cursor = cursors.get(path);
        return taken.contains(path)
                || cursor != null && FilePlace.of(cursor.offset()).hasEnded();
    }

    private boolean isSettled(FoundFile file) {
        if (file.modifiedMillis() < System.currentTimeMillis() - SETTLED_MILLIS) {
            return true;
        }
        // The clock of its file system may be another.
        Seen before = unsettled.get(file.path());
        return before != null
                && before.file().equals(file)
                && System.nanoTime() - before.atNanos() >= TimeUnit.MILLISECONDS.toNanos(SETTLED_MILLIS);
    }

    private Cursor checked(FoundFile file, Cursor cursor) {
        if (!cursor.incarnation().equals(file.version())) {
            StatementException e = FileContent.changed(FoundFile.ofVersion(file.path(), cursor.incarnation()), file);
            throw RunEnd.failed(
                    opener,
                    run,
                    e.state(),
                    RunEnd.error("Extract", e.state(), e.getMessage(), file.path(), cursor.offset()));
        }
        return cursor;
    }

    private void looked(Look look, Throwable failed) {
        if (failed instanceof StatementException e) {
            // The folder may come back; the pipeline's condition says what is wrong with it.
            if (!trouble.equals(e.getMessage())) {
                trouble = e.getMessage();
                LOG.warn("looking for files: {}", trouble);
            }
            return;
        }
        if (failed != null) {
            throw failed instanceof RuntimeException e ? e : new IllegalStateException(failed);
        }
        trouble = "";
        if (look.generation() == generation.get()) {
            for (FileSplit split : look.files()) {
                if (taken.add(split.splitId())) {
                    found.add(split);
                }
            }
            give();
        }
    }

    private void give() {
        // A reader that has failed leaves before its splits come back.
        idle.removeIf(subtask -> !context.registeredReaders().containsKey(subtask));
        while (!found.isEmpty() && !idle.isEmpty()) {
            int subtask = idle.iterator().next();
            idle.remove(subtask);
            // The last few are for all who wait.
            int fair = Math.max(1, Math.min(GIVEN_FILES_MAX, found.size() / (idle.size() + 1)));
            long bytes = 0;
            for (int files = 0; files < fair && bytes < GIVEN_BYTES_MAX && !found.isEmpty(); files++) {
                FileSplit split = found.poll();
                bytes += split.file().size();
                context.assignSplit(split, subtask);
            }
        }
        behind(!found.isEmpty());
    }

    @Override
    public NoState snapshotState(long checkpointId) {
        return new NoState();
    }

    @Override
    public void close() throws IOException {}
}
