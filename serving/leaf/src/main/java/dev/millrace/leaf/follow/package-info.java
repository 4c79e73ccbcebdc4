/**
 * Publishing: a leaf follows the list of decided batches and proposes, at each partition that it leads, what that
 * partition takes part in. So no writer has to, and a writer that died after its batch was decided blocks nobody.
 */
package dev.millrace.leaf.follow;
