/**
 * How records stand on a program's stdin. Two forms, as the pipeline says; a file's content stands there without any.
 *
 * <pre>
 *   LENGTH    length (8 bytes, little-endian, unsigned) payload   length payload   …   end of file
 *   NEWLINE   payload line-feed   payload line-feed   …   end of file
 * </pre>
 *
 * <p>LENGTH is MemSQL's own form, so that its transforms run unchanged. A record that ends in a line feed gets no second
 * one in the form NEWLINE; line feeds inside a record are not marked, so such records need LENGTH. Records without a
 * value are left out. Nothing frames a program's output: it is text or documents in the pipeline's format.
 */
package dev.millrace.transform.frame;
