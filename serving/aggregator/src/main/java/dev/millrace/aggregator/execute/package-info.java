/**
 * Carries statements out: fragments to leaves, their rows to the merge, rows of DML into batches, DDL to the system
 * partition.
 *
 * <p>Results are pulled: {@link dev.millrace.aggregator.execute.RowCursor} asks the merge or the leaf for the next Arrow
 * batch when a client asks for the next page, and Flight slows the leaf down meanwhile, so a result is never whole in
 * memory here. The merge runs in an in-memory DuckDB of this process; this is the only room of the aggregator that knows
 * DuckDB. Whoever opens a cursor closes it: pins, streams and connections hang on it.
 *
 * <p>Errors leave as {@link dev.millrace.spec.error.StatementException}; refusals of the store that a refreshed catalog
 * may cure are tried again here, a bounded number of times.
 */
package dev.millrace.aggregator.execute;
