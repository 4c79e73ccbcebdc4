/**
 * Publishing: a leaf follows the list of decided batches and proposes, at each partition that it leads, what that
 * partition takes part in. So no writer has to, and a writer that died after its batch was decided blocks nobody. Nor
 * does one that died before: its seals are cleared once nothing is decided under their gate any more.
 */
package dev.millrace.leaf.follow;
