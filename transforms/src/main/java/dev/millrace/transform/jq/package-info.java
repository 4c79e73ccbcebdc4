/**
 * The built-in transform {@code memsql://json}: a jq program over each record, in this process. The language is jackson-jq's
 * jq 1.6; the environment, files and modules are out of its reach. A program that never ends is out of ours: it holds its
 * task until the task is cancelled, which ends it at its next result.
 */
package dev.millrace.transform.jq;
