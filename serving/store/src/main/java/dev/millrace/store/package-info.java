/**
 * The table store as its clients see it: who holds which partition, how rows find their home, and what a batch is
 * called.
 *
 * <p>The rooms: {@code log} holds the entries that partitions agree on, {@code wire} their binary form and the requests
 * of the leaf's door, {@code query} what a leaf is asked to run, {@code client} the calls. Nothing here stores or
 * executes anything; that is the leaf's.
 */
package dev.millrace.store;
