/** What every task of a run knows: the pipeline, the door to the store, the attempt, and how a run ends. */
package dev.millrace.job.run;
