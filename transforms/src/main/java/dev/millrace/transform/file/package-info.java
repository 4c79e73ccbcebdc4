/**
 * Files as a source: which there are, and their content from a place on, unpacked and cut into records. The job, samples
 * and LOAD DATA INFILE share this room; nothing here remembers what was loaded.
 */
package dev.millrace.transform.file;
