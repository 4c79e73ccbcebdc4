/**
 * Partitions as Raft groups: entry in, engine call out. Ratis stays in this room, so that engines can be driven without
 * a log, and the log without DuckDB.
 *
 * <p>The snapshot of a replica is its live file: nothing is copied, the log resumes behind the index of the last
 * {@link dev.millrace.leaf.replica.PartitionEngine#snapshot}. An exception in apply halts the replica, because Ratis
 * would log it and go on with the next entry.
 */
package dev.millrace.leaf.replica;
