/** Fetches to rows of the pipeline's table, by the load step that TEST PIPELINE uses too. */
package dev.millrace.job.extract;
