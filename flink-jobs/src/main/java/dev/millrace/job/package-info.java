/**
 * The Flink job of a pipeline: a {@code PipelineSpec} from the catalog becomes a running topology.
 *
 * <p>The rooms, each of which knows only those before it: {@code run} (what all tasks of a run know and how a run ends),
 * {@code source} (Kafka fetches), {@code extract} (bytes to rows), {@code sink} (rows to partitions, batches to the
 * system partition). The cursors in the system partition are the truth; what Flink restores of offsets and of
 * undecided batches is ignored, so a job may start from any checkpoint, from none, or twice at once. That holds while
 * no operator keeps keyed state.
 */
package dev.millrace.job;
