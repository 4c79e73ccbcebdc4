/**
 * Reads: pins and the fragments that run on them. A pin is a set of DuckDB transactions, one for each connection that a
 * statement needs on this leaf, whose snapshots are right for the same interval of CSNs.
 *
 * <p>DuckDB takes its snapshot of an attached file when a transaction first touches it. That is used: a partition that
 * is behind is touched when it has caught up, while those that are there are held already, so a pin stops no publish.
 */
package dev.millrace.leaf.query;
