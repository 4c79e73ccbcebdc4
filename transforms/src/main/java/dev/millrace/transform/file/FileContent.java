package dev.millrace.transform.file;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.load.AvroContainer;
import dev.millrace.transform.load.FileCutter;
import dev.millrace.transform.load.FileRecords;
import dev.millrace.transform.load.ParquetRows;
import dev.millrace.transform.load.RawPieces;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.load.RecordProperties;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The records of one file from a place on, as the file was when it was found: if it is another by the time its end is
 * reached, the last records are not handed out, because they may be cut. Errors are {@link StatementException}s
 * FILE_UNREADABLE and FILE_CHANGED, which name the file.
 */
public final class FileContent implements Closeable {
    private static final int UNPACK_BYTES = 64 << 10;

    private final FoundFile file;
    private final FileRecords records;
    private final RecordProperties properties;

    private FileContent(FoundFile file, FileRecords records) {
        this.file = file;
        this.records = records;
        this.properties = RecordProperties.ofFile(file.path(), records.schema());
    }

    /**
     * Opens a file of a pipeline. What is packed is read from its beginning, wherever the place is. A program gets the
     * content as it is; what MemSQL's own transform gets are JSON values.
     *
     * @param place bytes of the unpacked content, or rows, before the first record that is wanted
     * @param pieceBytes of what is handed out at once
     */
    public static FileContent open(PipelineSpec pipeline, FoundFile file, long place, int pieceBytes) {
        requireNonNull(file, "file");
        SourceSpec.Files files = (SourceSpec.Files) pipeline.source();
        try {
            return new FileContent(file, records(pipeline, files, file, place, pieceBytes));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static FileRecords records(
            PipelineSpec pipeline, SourceSpec.Files files, FoundFile file, long place, int pieceBytes)
            throws IOException {
        if (pipeline.isThroughProgram()) {
            return new RawPieces(content(files, file, place), place, pieceBytes);
        }
        if (pipeline.transform().isPresent()) {
            return FileCutter.ofDocuments(content(files, file, place), place, pieceBytes);
        }
        if (pipeline.format() instanceof FormatSpec.Parquet parquet) {
            return ParquetRows.open(parquet, file.path(), place);
        }
        if (isContainer(pipeline.format()) && file.size() > 0) {
            InputStream content = content(files, file, 0);
            try {
                return new AvroContainer(content, place, pieceBytes);
            } catch (IOException | RuntimeException e) {
                close(content);
                throw e;
            }
        }
        return isContainer(pipeline.format())
                ? new RawPieces(content(files, file, place), place, pieceBytes)
                : new FileCutter(pipeline.format(), content(files, file, place), place, pieceBytes);
    }

    private static boolean isContainer(FormatSpec format) {
        return format instanceof FormatSpec.Avro avro && avro.isContainer();
    }

    /** What places are numbers of, for messages: "row" or "byte". */
    public static String unit(PipelineSpec pipeline) {
        return pipeline.countsRows() ? "row" : "byte";
    }

    private static InputStream content(SourceSpec.Files files, FoundFile file, long place) throws IOException {
        FileChannel channel = FileChannel.open(Path.of(file.path()));
        try {
            if (!files.settings().unpacks(file.path())) {
                channel.position(place);
                return new Whole(Channels.newInputStream(channel), file, Math.max(0, file.size() - place));
            }
            InputStream packed = new Whole(Channels.newInputStream(channel), file, file.size());
            InputStream in = file.size() == 0 ? packed : new GZIPInputStream(packed, UNPACK_BYTES);
            in.skipNBytes(place);
            return in;
        } catch (IOException | RuntimeException e) {
            close(channel);
            throw e;
        }
    }

    private static void close(Closeable opened) {
        try {
            opened.close();
        } catch (IOException e) {
            // It was only read.
        }
    }

    /** The next records, perhaps none at the end. */
    public RecordBatch next() {
        try {
            RecordBatch next = records.next();
            if (records.hasEnded()) {
                checkUnchanged();
            }
            return next.with(properties);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Bytes of the content, or rows, that were handed out. */
    public long place() {
        return records.place();
    }

    public boolean hasEnded() {
        return records.hasEnded();
    }

    private void checkUnchanged() throws IOException {
        Optional<FoundFile> now = FoundFile.at(Path.of(file.path()));
        // One that is gone was read to its end nevertheless.
        if (now.isPresent() && !now.get().equals(file)) {
            throw changed(file, now.get());
        }
    }

    /** A file that is another than the one whose loading began. */
    public static StatementException changed(FoundFile file, FoundFile now) {
        return new StatementException(
                SqlState.FILE_CHANGED,
                "file '" + file.path() + "' was changed while it was loaded: it had " + file.size() + " bytes and has "
                        + now.size() + " now; move files in when they are complete. ALTER PIPELINE … DROP FILE loads it"
                        + " from its beginning, SET OFFSETS with the file and 1 takes it as loaded");
    }

    private static StatementException unreadable(FoundFile file, IOException e) {
        String reason;
        if (e instanceof NoSuchFileException) {
            reason = "is not there any more";
        } else if (e instanceof AccessDeniedException) {
            reason = "must not be read by the server's user";
        } else if (e instanceof ZipException || e instanceof EOFException) {
            reason = "is not complete, or not packed as its name says: " + e.getMessage();
        } else {
            reason = "cannot be read: " + e.getMessage();
        }
        return new StatementException(SqlState.FILE_UNREADABLE, "file '" + file.path() + "' " + reason, e);
    }

    @Override
    public void close() {
        close(records);
    }

    /** As many bytes as the file had: what is added meanwhile is not read, what is missing is said. */
    private static final class Whole extends InputStream {
        private final InputStream in;
        private final FoundFile file;
        private long left;

        Whole(InputStream in, FoundFile file, long left) {
            this.in = in;
            this.file = file;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(bytes, from, (int) Math.min(length, left));
            if (read < 0) {
                throw changed(file, new FoundFile(file.path(), file.size() - left, 0));
            }
            left -= read;
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(left, in.available());
        }
    }
}
