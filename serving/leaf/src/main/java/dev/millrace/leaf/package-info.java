/**
 * A leaf: a process that holds replicas of partitions. {@code replica} agrees on entries (the only room with Ratis),
 * {@code engine} applies them to DuckDB files, {@code system} is the engine of the system partition, {@code query}
 * reads at pinned snapshots, {@code wire} is the Flight door; this package wires them.
 */
package dev.millrace.leaf;
