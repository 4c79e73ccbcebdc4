/**
 * The entries of the Raft logs: {@link dev.millrace.store.log.LogEntry} for a partition of rows,
 * {@link dev.millrace.store.log.SystemEntry} for the system partition.
 *
 * <p>Applying an entry reads nothing but the entry and the partition's file: whatever varies (time, chance, defaults)
 * was put in before. A refusal is an answer, never an exception.
 */
package dev.millrace.store.log;
