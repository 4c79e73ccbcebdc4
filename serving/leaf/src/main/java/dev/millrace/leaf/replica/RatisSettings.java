package dev.millrace.leaf.replica;

import dev.millrace.store.log.LogEntry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Ratis' properties. Sizes count for each group, and a leaf has many: an open segment and the cache are on the heap, the
 * write buffer is direct memory.
 */
final class RatisSettings {
    /** An entry with its header must fit. */
    private static final SizeInBytes APPENDER_LIMIT = SizeInBytes.valueOf("4MB");

    /** Ratis wants 8 bytes more than the appender's limit. */
    private static final SizeInBytes WRITE_BUFFER = SizeInBytes.valueOf(APPENDER_LIMIT.getSize() + 1024);

    /** Only closed segments are purged, so this bounds what stays of a log. */
    private static final SizeInBytes SEGMENT = SizeInBytes.valueOf("8MB");

    /** Snapshots copy nothing, so they may come often; in between there are at most so many entries to replay. */
    private static final long SNAPSHOT_ENTRIES = 200;

    private RatisSettings() {}

    static RaftProperties of(ReplicaServer.Config config) {
        if (APPENDER_LIMIT.getSize() < LogEntry.BYTES_MAX) {
            throw new IllegalStateException("entries of " + LogEntry.BYTES_MAX + " bytes do not fit");
        }
        RaftProperties p = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(p, List.of(config.folder().toFile()));
        GrpcConfigKeys.Server.setHost(p, config.host());
        GrpcConfigKeys.Server.setPort(p, config.port());
        GrpcConfigKeys.setMessageSizeMax(p, SizeInBytes.valueOf("16MB"));
        log(p);
        snapshots(p);
        times(p);
        return p;
    }

    private static void log(RaftProperties p) {
        Log.Appender.setBufferByteLimit(p, APPENDER_LIMIT);
        Log.setWriteBufferSize(p, WRITE_BUFFER);
        Log.setQueueByteLimit(p, SizeInBytes.valueOf("32MB"));
        Log.setSegmentSizeMax(p, SEGMENT);
        Log.setPreallocatedSize(p, SizeInBytes.valueOf("64KB"));
        Log.setSegmentCacheNumMax(p, 1);
        Log.setSegmentCacheSizeMax(p, SEGMENT);
        RaftServerConfigKeys.Write.setByteLimit(p, SizeInBytes.valueOf("32MB"));
        RaftServerConfigKeys.RetryCache.setExpiryTime(p, TimeDuration.valueOf(5, TimeUnit.SECONDS));
    }

    private static void snapshots(RaftProperties p) {
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, SNAPSHOT_ENTRIES);
        RaftServerConfigKeys.Snapshot.setCreationGap(p, 1);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 1);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, true);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(p, false);
        Log.setPurgeUptoSnapshotIndex(p, true);
        Log.setPurgeGap(p, 1);
        // A follower that is behind the log is not sent files by Ratis.
        Log.Appender.setInstallSnapshotEnabled(p, false);
    }

    private static void times(RaftProperties p) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(p, TimeDuration.valueOf(1, TimeUnit.SECONDS));
        RaftServerConfigKeys.Rpc.setTimeoutMax(p, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        // A group of one elects itself at once; in larger ones the pre-vote keeps a sitting leader.
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, TimeDuration.valueOf(20, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, TimeDuration.valueOf(60, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.Rpc.setSlownessTimeout(p, TimeDuration.valueOf(60, TimeUnit.SECONDS));
        // A machine that slept is not broken: the server steps down and stays.
        RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(1, TimeUnit.DAYS));
    }
}
