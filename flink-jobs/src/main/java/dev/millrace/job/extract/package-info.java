/**
 * Fetches to rows of the pipeline's table: through the user's program, if there is one, and by the load step that TEST
 * PIPELINE uses too.
 */
package dev.millrace.job.extract;
