/** The leaf's Flight door: bytes to calls, failures to refusals. Nothing is decided here. */
package dev.millrace.leaf.wire;
