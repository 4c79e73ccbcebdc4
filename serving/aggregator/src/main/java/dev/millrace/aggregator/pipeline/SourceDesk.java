package dev.millrace.aggregator.pipeline;

import dev.millrace.aggregator.pipeline.SourceSample.Sampled;
import dev.millrace.ddl.check.NewOffsets;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.store.Cursor;
import java.util.List;
import java.util.Optional;

/** What statements ask about a pipeline's source, as the aggregator sees it: no call waits for long. */
sealed interface SourceDesk permits TopicDesk, FolderFiles {
    static SourceDesk of(PipelineSpec spec, Credentials credentials) {
        return spec.source().match(new SourceSpec.Cases<>() {
            @Override
            public SourceDesk kafka(SourceSpec.Kafka source) {
                return new TopicDesk(source, credentials);
            }

            @Override
            public SourceDesk files(SourceSpec.Files source) {
                return new FolderFiles(source, spec);
            }
        });
    }

    /**
     * What a statement does to cursors.
     *
     * @param cursors in new places
     * @param gone source partitions that are forgotten
     */
    record Moves(List<Cursor> cursors, List<String> gone) {
        static final Moves NONE = new Moves(List.of(), List.of());

        public Moves {
            cursors = List.copyOf(cursors);
            gone = List.copyOf(gone);
        }
    }

    /** Fails if the source is not there. */
    void check();

    /** Where loading begins in partitions without a cursor, decided before anything reads; none of files. */
    List<Cursor> earliest();

    /** Where loading will have ended when all is loaded that is there now; partitions without a record are left out. */
    List<Cursor> ends(List<Cursor> known);

    /**
     * SET OFFSETS and DROP.
     *
     * @param dropped partitions that begin anew
     * @param orphans whether partitions that the source does not have are forgotten as well
     * @param known cursors that are there
     */
    Moves moves(Optional<NewOffsets> offsets, List<String> dropped, boolean orphans, List<Cursor> known);

    /** The records that come next. */
    List<Sampled> next(List<Cursor> known, SourceSample.Amount wanted);

    /** Records of one partition, from an offset (its oldest) to another, that one left out (its newest). */
    List<Sampled> range(String partition, Optional<Long> from, Optional<Long> to, long limit);
}
