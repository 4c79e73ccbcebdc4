package dev.millrace.aggregator.pipeline;

import dev.millrace.aggregator.pipeline.SourceWatch.Condition;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot.Pipeline;
import dev.millrace.store.Cursor;
import dev.millrace.store.FilePlace;
import dev.millrace.store.SourceOffsets;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.transform.file.FileListing;
import dev.millrace.transform.file.FoundFile;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The files of one pipeline: which there are that are not loaded. Those that are, are not looked at again. */
final class WatchedFiles implements WatchedSource {
    private static final Duration FRESH = Duration.ofMillis(300);

    /** After a long look comes a long pause, unless a query waits. */
    private static final int PAUSES_PER_LOOK = 10;

    /** So many are shown that are not loaded. */
    private static final int REPORTED_MAX = 1_000;

    /** Their names are in an entry of the log. */
    private static final int REPORTED_PATHS_MAX = 1 << 20;

    /** A file that somebody may still be writing is not waited for. */
    private static final Duration SETTLED = Duration.ofSeconds(5);

    private final StoreClient client;
    private final InstantSource clock;
    private final long pipeline;
    private final SourceSpec.Files files;
    private final FileListing listing;
    private boolean closed;

    private Instant lookedAt = Instant.MIN;
    private Duration took = Duration.ZERO;
    private boolean begun;
    private final Set<String> ended = new HashSet<>();
    private List<SourceOffsets> reported = List.of();
    private List<Cursor> cursors = List.of();
    private Instant movedAt;
    private long movedRun = -1;
    private volatile Instant loadedAt = Instant.MIN;
    private Optional<Condition> unreadable = Optional.empty();
    private volatile Optional<Condition> condition = Optional.empty();

    WatchedFiles(StoreClient client, InstantSource clock, Pipeline pipeline) {
        this.client = client;
        this.clock = clock;
        this.pipeline = pipeline.spec().id();
        this.files = (SourceSpec.Files) pipeline.spec().source();
        this.listing = new FileListing(files);
        this.movedAt = clock.instant();
    }

    @Override
    public boolean isOf(Pipeline other) {
        return other.spec().source().equals(files);
    }

    @Override
    public Optional<Condition> condition() {
        return condition;
    }

    @Override
    public Instant loadedAt() {
        return loadedAt;
    }

    @Override
    public synchronized void look(Pipeline now, boolean demanded) {
        Duration pause = demanded ? FRESH : FRESH.plus(took.multipliedBy(PAUSES_PER_LOOK));
        if (closed || clock.instant().isBefore(lookedAt.plus(pause))) {
            return;
        }
        long start = System.nanoTime();
        try {
            Optional<Condition> judged = judge(now, report(now));
            condition = judged.isPresent() ? judged : unreadable;
        } catch (StatementException e) {
            condition = Optional.of(new Condition(e.state(), e.getMessage()));
        } catch (RefusedException e) {
            // The store's own trouble is said elsewhere.
        } finally {
            took = Duration.ofNanos(System.nanoTime() - start);
            lookedAt = clock.instant();
        }
    }

    /** Says which are not loaded, as far as they are new; answers them. */
    private List<FoundFile> report(Pipeline now) {
        if (!begun) {
            learn(OpenAnswer.read(client.system(SystemEntry.ReportOffsets.ask(pipeline)))
                    .cursors());
            begun = true;
        }
        listing.checkFolder(ended);
        unreadable = Optional.empty();
        List<FoundFile> open = bounded(listing.list(
                ended::contains,
                REPORTED_MAX,
                e -> unreadable = Optional.of(new Condition(e.state(), e.getMessage() + "; other folders are read"))));
        List<SourceOffsets> offsets = offsets(open);
        if (open.isEmpty() && reported.isEmpty()) {
            return open;
        }
        List<Cursor> known = send(offsets);
        learn(known);
        // That there are more files is nothing loaded.
        if (!new HashSet<>(cursors).containsAll(known)) {
            loadedAt = clock.instant();
        }
        if (!known.equals(cursors) || !offsets.equals(reported) || now.run() != movedRun) {
            cursors = known;
            movedAt = clock.instant();
            movedRun = now.run();
        }
        reported = offsets;
        return open.stream().filter(file -> !ended.contains(file.path())).toList();
    }

    private static List<FoundFile> bounded(List<FoundFile> files) {
        int count = 0;
        int length = 0;
        while (count < files.size() && length < REPORTED_PATHS_MAX) {
            length += files.get(count++).path().length();
        }
        return files.subList(0, count);
    }

    private static List<SourceOffsets> offsets(List<FoundFile> open) {
        return open.stream()
                .map(file -> new SourceOffsets(file.path(), 0, file.size(), file.modifiedMillis()))
                .toList();
    }

    private void learn(List<Cursor> known) {
        known.stream()
                .filter(cursor -> FilePlace.of(cursor.offset()).hasEnded())
                .forEach(cursor -> ended.add(cursor.partition()));
    }

    private List<Cursor> send(List<SourceOffsets> offsets) {
        return OpenAnswer.read(client.system(new SystemEntry.ReportOffsets(pipeline, offsets, clock.millis())))
                .cursors();
    }

    private Optional<Condition> judge(Pipeline now, List<FoundFile> open) {
        long settled = clock.instant().minus(SETTLED).toEpochMilli();
        boolean behind = open.stream().anyMatch(file -> file.modifiedMillis() < settled);
        return behind ? WatchedSource.standstill(now, Duration.between(movedAt, clock.instant())) : Optional.empty();
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
