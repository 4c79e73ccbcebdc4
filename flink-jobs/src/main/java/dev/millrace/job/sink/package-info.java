/**
 * Rows to their partitions (stage), and one decision for each checkpoint.
 *
 * <p>The writer of each task stages chunks while data flows and has them acknowledged before the barrier passes; a task
 * of parallelism one gathers what the writers staged under one batch; the committer decides it when the checkpoint is
 * complete. Nothing undecided is ever carried over a restart: a new attempt reads again from the cursors.
 */
package dev.millrace.job.sink;
