/**
 * Sessions over Avatica: the HTTP door that any Avatica client talks to, in JSON or protobuf.
 *
 * <p>{@code Meta} is written by hand, not through {@code JdbcMeta}: results are paged straight from Arrow batches, DDL
 * answers an update count of 0 (−1 means "a result set" to clients), metadata results get a statement id of their own,
 * and dates travel as days, timestamps as milliseconds. Avatica's wire has no microseconds and no cancel.
 *
 * <p>This is the only room where exceptions become SQL errors ({@link dev.millrace.aggregator.jdbc.SqlErrors}). Sessions,
 * statements and open results are bounded in number and in idle time, because a client that died says nothing.
 */
package dev.millrace.aggregator.jdbc;
