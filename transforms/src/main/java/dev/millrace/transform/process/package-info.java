/**
 * Programs as child processes: started, fed, watched, ended. The only room that starts processes. Door: {@link
 * dev.millrace.transform.process.ProgramRunner}.
 *
 * <p><b>Nothing can block for good.</b> Three threads serve a process: one writes stdin, one reads stdout, one reads
 * stderr. The caller's thread never touches a pipe: it hands slices over and takes output while it waits, with a limit on
 * every wait. So a program that keeps its output until the end of its input, one that writes more than it reads and one
 * that reads nothing are all fine or all end. An interrupt of the caller ends the wait at once (an interrupt does not end
 * a write to a pipe; killing the reader does).
 *
 * <p><b>Input that nobody read is a failure.</b> A pipe takes some input that its reader never sees. Before the end of
 * the input is said, the reading end is opened a second time through /proc, and asked after the program's end; a program
 * that ends before the end is said has ended too early as well. What a program reads and forgets is its own affair.
 *
 * <p><b>Nothing stays.</b> On Linux a program leads a session of its own (setsid), and whatever is left of its group is
 * killed when it ends. A guard, one small shell for each runner, does that, and it does it also when this process dies of
 * kill -9: the guard's stdin ends then. Without setsid the descendants that are known when a program is killed are killed
 * with it. What leaves the session by itself (a daemon) is beyond reach.
 *
 * <p><b>What a program gets.</b> Its environment is made anew: see {@code ProgramRunner}. Its working directory is its
 * own and removed after it. Memory is limited by RLIMIT_DATA, which counts what is written to, not what is reserved, as
 * run times with large heaps reserve far more than they use; it holds for each process of a program.
 */
package dev.millrace.transform.process;
