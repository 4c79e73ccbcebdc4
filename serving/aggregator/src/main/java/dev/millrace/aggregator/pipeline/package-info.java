/**
 * CREATE, START, STOP and DROP PIPELINE, and the thread that keeps running pipelines running.
 *
 * <p>What a pipeline should do is decided in the system partition; Flink is only told. START decides cursors and a new
 * run, then the supervisor submits a job; STOP fences first and cancels afterwards, so that a job that cannot be reached
 * can do no harm. Flink is reached through its REST in every mode, also the embedded one: there is one code path. The
 * supervisor may be wrong about Flink (a lost answer, a job it does not know): a second job for a pipeline fences the
 * first and duplicates nothing.
 */
package dev.millrace.aggregator.pipeline;
