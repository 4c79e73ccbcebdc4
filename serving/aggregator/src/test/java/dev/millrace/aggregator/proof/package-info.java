/**
 * Answers proved by machine: random schemas, rows and queries whose answers from 1, 3 and 8 partitions are DuckDB's over
 * the same rows in one place, and add up with themselves.
 *
 * <p>A query is a tree ({@code Node}) that is written in two dialects, ours and DuckDB's, so that a difference in
 * meaning is stated where the operator is made and nowhere else. The same tree is cut down to the smallest query that
 * still disagrees. A refusal by name (0A000) is counted; every other error of a query that DuckDB answers is a fault.
 */
package dev.millrace.aggregator.proof;
