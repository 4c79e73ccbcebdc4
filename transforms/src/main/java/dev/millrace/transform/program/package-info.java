/**
 * A transform's program as a file: fetched from where the user says, checked, kept under its SHA-256, unpacked to be
 * run. Fetching happens once, at CREATE, with limits on time and size; tasks get the bytes from the catalog and unpack
 * them in a folder that all tasks on a machine share. Nothing is run here.
 */
package dev.millrace.transform.program;
