/**
 * Kafka as a stream of whole fetches: the connector's enumerator, splits and state with a reader of ours.
 *
 * <p>The element is a fetch of one source partition, packed, because emission record by record costs more than half of
 * the raw consumer's rate. Whatever offset Flink's state says, a reader seeks to the cursor of the system partition.
 */
package dev.millrace.job.source;
