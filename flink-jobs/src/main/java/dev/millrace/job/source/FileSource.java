package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.InTask;
import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.NoState;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.SourceSpec;
import dev.millrace.transform.file.FileListing;
import dev.millrace.transform.load.FileCutter;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.metrics.scope.ScopeFormat;

/**
 * Files as a stream of pieces of them. One enumerator looks for files and gives each to the next task that has none;
 * Flink's checkpoints hold nothing of it: after any start the cursors say what is left.
 */
public final class FileSource implements Source<KafkaFetch, FileSplit, NoState>, ResultTypeQueryable<KafkaFetch> {
    private static final long serialVersionUID = 1L;

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private final long batchBytesMax;

    public FileSource(JobRun run, StoreDoor.Opener opener) {
        this(run, opener, FetchSource.BATCH_BYTES_MAX);
    }

    /** @param batchBytesMax what one task takes into a batch before it waits for the barrier */
    public FileSource(JobRun run, StoreDoor.Opener opener, long batchBytesMax) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
        this.batchBytesMax = batchBytesMax;
    }

    /** How many tasks can be of use, as far as the pattern says. */
    public static int tasksMax(SourceSpec.Files files, int otherwise) {
        return new FileListing(files).isMany() ? otherwise : 1;
    }

    static SourceSpec.Files files(JobRun run) {
        return (SourceSpec.Files) run.pipeline().source();
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<KafkaFetch, FileSplit> createReader(SourceReaderContext context) {
        var variables = context.metricGroup().getAllVariables();
        int flinkAttempt = Integer.parseInt(variables.get(ScopeFormat.SCOPE_TASK_ATTEMPT_NUM));
        StartingPoints starts =
                new StartingPoints(run, run.attempt(flinkAttempt), variables.get(ScopeFormat.SCOPE_JOB_ID), opener);
        int pieceBytes = (int) Math.min(FileCutter.PIECE_BYTES_MAX, batchBytesMax);
        return new FileReader(
                () -> new FileSplitReader(run, opener, pieceBytes),
                starts::open,
                new FileReader.Volume(batchBytesMax, context),
                context);
    }

    @Override
    public SplitEnumerator<FileSplit, NoState> createEnumerator(SplitEnumeratorContext<FileSplit> context) {
        return new FileEnumerator(context, run, opener);
    }

    @Override
    public SplitEnumerator<FileSplit, NoState> restoreEnumerator(
            SplitEnumeratorContext<FileSplit> context, NoState kept) {
        return createEnumerator(context);
    }

    @Override
    public SimpleVersionedSerializer<FileSplit> getSplitSerializer() {
        return new FileSplit.Serializer();
    }

    @Override
    public SimpleVersionedSerializer<NoState> getEnumeratorCheckpointSerializer() {
        return new NoState.Serializer();
    }

    @Override
    public TypeInformation<KafkaFetch> getProducedType() {
        return new InTask<>(KafkaFetch.class);
    }
}
