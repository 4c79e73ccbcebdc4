/**
 * What becomes of a pipeline's records before they are rows. Rooms: {@code load} (bytes to typed rows), {@code frame},
 * {@code process} and {@code program} (users' programs), {@code jq} (the built-in transform). Door: {@link
 * dev.millrace.transform.OneBatch}, a transform over one batch; the job has its own way through the rooms, piece by piece.
 */
package dev.millrace.transform;
