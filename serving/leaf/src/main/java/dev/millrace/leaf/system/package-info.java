/**
 * The system partition's rules: what every {@link dev.millrace.store.log.SystemEntry} does to the catalog, the cursors,
 * the gates and the list of batches.
 *
 * <p>Pure Java: an entry and the state before give the answer, the state after and the rows that differ. No clock, no
 * chance, no order of a hash map, no file: {@code leaf.engine} writes the rows, and what it loads again is equal to what
 * was in memory. Everything is kept in memory (a catalog is small), everything is written as the difference an entry
 * makes: the cost of an entry never grows with the catalog.
 */
package dev.millrace.leaf.system;
