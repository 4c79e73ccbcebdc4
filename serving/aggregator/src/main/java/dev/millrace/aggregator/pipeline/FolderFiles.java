package dev.millrace.aggregator.pipeline;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.pipeline.SourceSample.Amount;
import dev.millrace.aggregator.pipeline.SourceSample.Sampled;
import dev.millrace.ddl.check.NewOffsets;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Cursor;
import dev.millrace.store.FilePlace;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.transform.file.FileContent;
import dev.millrace.transform.file.FileListing;
import dev.millrace.transform.file.FoundFile;
import dev.millrace.transform.load.FileCutter;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.load.RecordProperties;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Files, listed anew by each call. */
final class FolderFiles implements SourceDesk {
    /** What one statement may move: its entry in the log names each. */
    private static final int MOVED_MAX = 10_000;

    private final SourceSpec.Files files;
    private final PipelineSpec pipeline;
    private final FileListing listing;

    FolderFiles(SourceSpec.Files files, PipelineSpec pipeline) {
        this.files = requireNonNull(files, "files");
        this.pipeline = requireNonNull(pipeline, "pipeline");
        this.listing = new FileListing(files);
    }

    @Override
    public void check() {
        listing.check();
    }

    @Override
    public List<Cursor> earliest() {
        check();
        return List.of();
    }

    @Override
    public List<Cursor> ends(List<Cursor> known) {
        return listing.list(ended(known), Integer.MAX_VALUE).stream()
                .map(FolderFiles::loaded)
                .toList();
    }

    private static Predicate<String> ended(List<Cursor> known) {
        Set<String> ended = known.stream()
                .filter(cursor -> FilePlace.of(cursor.offset()).hasEnded())
                .map(Cursor::partition)
                .collect(Collectors.toSet());
        return ended::contains;
    }

    private static Cursor loaded(FoundFile file) {
        return new Cursor(file.version(), file.path(), new FilePlace(0, FilePlace.State.LOADED).offset());
    }

    @Override
    public Moves moves(Optional<NewOffsets> offsets, List<String> dropped, boolean orphans, List<Cursor> known) {
        List<Cursor> cursors = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        dropped.forEach(name -> gone.add(resolve(name, known)));
        if (orphans) {
            // What cannot be seen is not gone: forgotten, it would be loaded again.
            listing.check();
            known.stream()
                    .map(Cursor::partition)
                    .filter(path -> Files.notExists(Path.of(path)))
                    .limit(MOVED_MAX)
                    .forEach(gone::add);
        }
        offsets.ifPresent(to -> to.match(new NewOffsets.Cases<Boolean>() {
            @Override
            public Boolean earliest(NewOffsets.Earliest earliest) {
                return gone.add(SystemEntry.ReplacePipeline.ALL_FILES);
            }

            @Override
            public Boolean latest(NewOffsets.Latest latest) {
                return cursors.addAll(ends(known));
            }

            @Override
            public Boolean from(NewOffsets.From from) {
                throw new IllegalStateException("SET OFFSETS TIMESTAMP of files");
            }

            @Override
            public Boolean given(NewOffsets.Given given) {
                given.byPartition().forEach((path, is) -> {
                    if (is == 0) {
                        gone.add(path);
                    } else {
                        cursors.add(loaded(listing.find(path).orElseGet(() -> new FoundFile(path, 0, 0))));
                    }
                });
                return true;
            }
        }));
        if (cursors.size() + gone.size() > MOVED_MAX) {
            throw new StatementException(
                    SqlState.RESOURCES_EXHAUSTED,
                    "these are " + (cursors.size() + gone.size()) + " files; one statement moves " + MOVED_MAX);
        }
        return new Moves(cursors, gone);
    }

    /** A file by its path, or by the end of it if no other ends so. */
    private static String resolve(String name, List<Cursor> known) {
        List<String> paths = known.stream()
                .map(Cursor::partition)
                .filter(path -> path.equals(name) || path.endsWith("/" + name))
                .toList();
        if (paths.contains(name)) {
            return name;
        }
        if (paths.size() != 1) {
            throw new StatementException(
                    SqlState.WRONG_CONFIG,
                    paths.isEmpty()
                            ? "no file '" + name + "' was loaded; information_schema.PIPELINES_FILES has all"
                            : "'" + name + "' is the end of " + paths.size() + " paths: write the whole path");
        }
        return paths.get(0);
    }

    /** A program gets a whole file; so it is one, whatever its size in pieces. */
    @Override
    public List<Sampled> next(List<Cursor> known, Amount wanted) {
        boolean whole = pipeline.isThroughProgram();
        List<Sampled> read = new ArrayList<>();
        for (FoundFile file : listing.list(ended(known), MOVED_MAX)) {
            long place = known.stream()
                    .filter(cursor -> cursor.partition().equals(file.path()))
                    .mapToLong(Cursor::offset)
                    .findFirst()
                    .orElse(0);
            boolean full;
            if (whole) {
                checkSample(file.path(), file.size());
                full = read(file, place, Long.MAX_VALUE, new Amount(Long.MAX_VALUE, false), read);
                if (full) {
                    checkSample(file.path(), Long.MAX_VALUE);
                }
            } else {
                full = read(file, place, Long.MAX_VALUE, wanted, read);
            }
            if (full || read.size() >= wanted.records() || whole && !read.isEmpty()) {
                break;
            }
        }
        return read;
    }

    private static void checkSample(String path, long bytes) {
        if (bytes > SourceSample.BYTES_MAX) {
            throw new StatementException(
                    SqlState.RESOURCES_EXHAUSTED,
                    "file '" + path + "', which the transform gets whole, has more than "
                            + (SourceSample.BYTES_MAX >> 20) + " MB: it is too large for TEST, EXTRACT and PROFILE");
        }
    }

    /** Those that begin in a range of bytes. */
    @Override
    public List<Sampled> range(String path, Optional<Long> from, Optional<Long> to, long limit) {
        FoundFile file = listing.find(path)
                .orElseThrow(() -> new StatementException(
                        SqlState.WRONG_CONFIG, "'" + path + "' is not one of the files '" + files.pattern() + "'"));
        List<Sampled> read = new ArrayList<>();
        read(file, from.orElse(0L), to.orElse(Long.MAX_VALUE), new Amount(limit, true), read);
        return read;
    }

    /** Answers whether there was too much. */
    private boolean read(FoundFile file, long from, long to, Amount wanted, List<Sampled> into) {
        long bytes = into.stream().mapToLong(item -> item.value().length).sum();
        try (FileContent content = FileContent.open(pipeline, file, from, FileCutter.PIECE_BYTES_MAX)) {
            while (!content.hasEnded() && content.place() < to && into.size() < wanted.records()) {
                RecordBatch records = content.next();
                for (int i = 0;
                        i < records.count() && into.size() < wanted.records() && records.offsets()[i] < to;
                        i++) {
                    int start = records.starts()[i];
                    // Of what is not cut into records, the bytes themselves are in the range or not.
                    int length = pipeline.isThroughProgram()
                            ? (int) Math.min(records.lengths()[i], to - records.offsets()[i])
                            : records.lengths()[i];
                    bytes += length;
                    if (wanted.isFull(into.size(), bytes)) {
                        return true;
                    }
                    into.add(new Sampled(
                            file.path(),
                            records.offsets()[i],
                            Arrays.copyOfRange(records.bytes(), start, start + length),
                            new RecordProperties.Each(file.path(), -1, Optional.empty(), List.of()),
                            records.properties().flatMap(RecordProperties::schema)));
                }
            }
        }
        return false;
    }
}
