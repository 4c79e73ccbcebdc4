package dev.millrace.job.source;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.OperatorIOMetricGroup;

/** Flink's counts of what a source has read. Flink itself would count each fetch as one record. */
final class FetchCounts {
    private final Counter recordsIn;
    private final Counter recordsOut;
    private final Counter bytesIn;

    FetchCounts(OperatorIOMetricGroup metrics) {
        recordsIn = metrics.getNumRecordsInCounter();
        recordsOut = metrics.getNumRecordsOutCounter();
        bytesIn = metrics.getNumBytesInCounter();
    }

    void add(KafkaFetch fetch) {
        int uncounted = fetch.records().count() - 1;
        recordsIn.inc(uncounted);
        recordsOut.inc(uncounted);
        bytesIn.inc(fetch.bytes());
    }
}
