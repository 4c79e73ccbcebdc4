/**
 * The statements on pipelines, the thread that keeps running pipelines running, and the watch over their sources.
 *
 * <p>What a pipeline should do is decided in the system partition; Flink is only told. START decides cursors and a new
 * run, then the supervisor submits a job; STOP fences first and cancels afterwards, so that a job that cannot be reached
 * can do no harm. Flink is reached through its REST in every mode, also the embedded one: there is one code path. The
 * supervisor may be wrong about Flink (a lost answer, a job it does not know): a second job for a pipeline fences the
 * first and duplicates nothing.
 *
 * <p>ALTER and OR REPLACE take a run that has no job yet. The supervisor sees that and submits one beside the old job,
 * which goes on deciding batches until a task of the new one opens: that moment, not the statement, is the border. If
 * there are no slots for both, the old job is cancelled first. Kafka is asked here and in the job, nowhere else; what it
 * says of offsets goes into the system partition when somebody reads it, because information_schema is SQL over that.
 */
package dev.millrace.aggregator.pipeline;
