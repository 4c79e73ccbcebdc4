/**
 * Partitions of rows in DuckDB: tables, staged batches, verdicts, published CSNs. One DuckDB instance for a leaf, one
 * attached file for a partition, written by the partition's apply thread alone.
 *
 * <p>Tables carry no DuckDB keys or indexes: random upserts through them fall to a few thousand rows a second. Keys are
 * enforced set-wise. Staged rows stand in stage files beside the file, not in it and not on the heap.
 */
package dev.millrace.leaf.engine;
