/**
 * A program that fails on some records: those are found and left out, the others' output is kept. Doors: {@link
 * dev.millrace.transform.isolate.IsolatingProgram}, and {@link dev.millrace.transform.isolate.FileProgram} for files, which
 * are left out whole.
 *
 * <p><b>A failed run has no output.</b> What a run gives is held, in memory and then in a file, until the run has ended
 * well; only then does anybody see it. Its input is held as well, so that it can be given again.
 *
 * <p><b>Search by halves.</b> Input that a run failed on is given again in two halves, and so on, until a record fails
 * alone: about 2 log2 n runs for one record in n. Halves that do well are accepted also if no half fails: a program need
 * not be deterministic. All is bounded, by bytes, runs, time; beyond the bounds the search gives up with the last reason.
 */
package dev.millrace.transform.isolate;
