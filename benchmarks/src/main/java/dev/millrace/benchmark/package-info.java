/**
 * Side-by-side measurements, never shipped. Every figure is a ratio to a baseline that ran in the same run on the same
 * machine: absolute rates of a shared machine mean little.
 */
package dev.millrace.benchmark;
