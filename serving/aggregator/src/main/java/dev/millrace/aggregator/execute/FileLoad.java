package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.ddl.LoadData;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.RowChange;
import dev.millrace.store.WriteMode;
import dev.millrace.transform.file.FileContent;
import dev.millrace.transform.file.FileListing;
import dev.millrace.transform.file.FoundFile;
import dev.millrace.transform.load.ExpressionEngine;
import dev.millrace.transform.load.FileCutter;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.Loader;
import dev.millrace.transform.load.RecordError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** LOAD DATA INFILE: files of the server through the load step of pipelines, as one statement's rows. */
final class FileLoad {
    private static final int FILES_MAX = 10_000;

    private final InsertRunner inserts;
    private final TableWrite.Tools tools;
    private final BufferAllocator allocator;
    private final Path spill;

    FileLoad(InsertRunner inserts, TableWrite.Tools tools, BufferAllocator allocator, Path spill) {
        this.inserts = requireNonNull(inserts, "inserts");
        this.tools = requireNonNull(tools, "tools");
        this.allocator = requireNonNull(allocator, "allocator");
        this.spill = requireNonNull(spill, "spill");
    }

    /** Answers the rows that were loaded; those that were left out are warnings. */
    long run(LoadData statement, Session session) {
        RunningStatement running = new RunningStatement("LOAD DATA", "nothing is loaded", session);
        session.starting(running);
        try {
            return inserts.whileTableChanges(view -> once(statement, view, session, running));
        } finally {
            session.started(running);
        }
    }

    private long once(LoadData statement, CatalogView view, Session session, RunningStatement running) {
        PipelineSpec spec = Names.checker(view, session).loadData(statement);
        SourceSpec.Files source = (SourceSpec.Files) spec.source();
        List<FoundFile> files = files(source, statement);
        try (ExpressionEngine expressions =
                        new ExpressionEngine(ExpressionEngine.MEMORY_BYTES_DEFAULT, 1, spill.resolve("load-data"));
                Loader loader = new Loader(spec, allocator, expressions);
                TableWrite write = write(spec, view, session)) {
            Rows rows = new Rows(spec, write, session);
            for (FoundFile file : files) {
                try (FileContent content = FileContent.open(spec, file, 0, FileCutter.PIECE_BYTES_MAX)) {
                    while (!content.hasEnded()) {
                        running.check();
                        try (LoadResult loaded = loader.load(content.next())) {
                            rows.add(file, loaded);
                        }
                    }
                }
            }
            running.check();
            return write.finish();
        }
    }

    private TableWrite write(PipelineSpec spec, CatalogView view, Session session) {
        List<ColumnChange> columns = spec.load().columnChanges();
        return columns.isEmpty() || spec.table().isKeyless()
                ? new TableWrite(tools, session, view, spec.table(), mode(spec.load()))
                : new TableWrite(
                        tools,
                        session,
                        view,
                        spec.table(),
                        WriteMode.MERGE,
                        Optional.of(RowChange.onDuplicateKey(columns)));
    }

    private static List<FoundFile> files(SourceSpec.Files source, LoadData statement) {
        FileListing listing = new FileListing(source);
        try {
            List<FoundFile> files = listing.list(path -> false, FILES_MAX + 1);
            if (files.isEmpty() || files.size() > FILES_MAX) {
                throw new StatementException(
                        SqlState.FILE_UNREADABLE,
                        files.isEmpty()
                                ? "there is no file '" + source.pattern() + "' with any content on the server"
                                : "'" + source.pattern() + "' names more than " + FILES_MAX + " files");
            }
            return files;
        } catch (StatementException e) {
            throw e.at(statement.load().source().at().position());
        }
    }

    /** Rows whose key is taken are left out without a word. */
    private static WriteMode mode(LoadSpec load) {
        if (load.isSkippingDuplicates()) {
            return WriteMode.IGNORE;
        }
        return switch (load.errors()) {
            case REPLACE -> WriteMode.REPLACE;
            case IGNORE -> WriteMode.IGNORE;
            case FAIL, SKIP_ALL, SKIP_CONSTRAINT, SKIP_DUPLICATE_KEY, SKIP_PARSER -> WriteMode.INSERT;
        };
    }

    /** What the files give, on its way into the table. */
    private static final class Rows {
        private final PipelineSpec spec;
        private final TableWrite write;
        private final Session session;
        private long number;

        Rows(PipelineSpec spec, TableWrite write, Session session) {
            this.spec = spec;
            this.write = write;
            this.session = session;
        }

        void add(FoundFile file, LoadResult loaded) {
            String place = spec.source().place(file.path()) + ", ";
            for (RecordError error : loaded.errors()) {
                String message = place + error.describe();
                if (loaded.isRefused()) {
                    throw new StatementException(error.kind().state(), message);
                }
                session.warn(List.of(
                        new Warning(Warning.Level.WARNING, error.kind().state().number(), message)));
            }
            VectorSchemaRoot vectors = loaded.rows();
            List<ColumnSpec> columns = spec.table().columns();
            for (int row = 0; row < vectors.getRowCount(); row++) {
                number++;
                Object[] values = new Object[columns.size()];
                for (int i = 0; i < values.length; i++) {
                    ColumnSpec column = columns.get(i);
                    Object value = ColumnValues.read(vectors.getVector(i), row, column.type());
                    values[i] = Coercion.coerce(column, InsertRunner.given(value, column.type()), number);
                }
                write.add(values);
            }
        }
    }
}
