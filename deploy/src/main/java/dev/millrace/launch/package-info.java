/**
 * The composition root: {@code bin/millrace} and its commands, and the one process in which leaves, aggregator, Flink
 * and (if asked for) Kafka stand side by side, wired by hand.
 *
 * <p>Nothing points at this room, so nothing that another module needs may be put here. Every failure leaves it as one
 * line on stderr: mistakes of the user are {@link dev.millrace.spec.error.StatementException}s, everything else goes to
 * the log file with its stack trace and the line names that file. The exit status is 0, 1 for a failure and 2 for a
 * wrong command line.
 *
 * <p>The embedded Flink and Kafka are the real ones, reached through their ports like foreign ones, so that there is
 * one code path for every way of running. The job jar is never on this class path: the cluster gets it uploaded.
 */
package dev.millrace.launch;
