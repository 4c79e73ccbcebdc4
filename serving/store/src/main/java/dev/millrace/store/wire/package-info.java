/**
 * The binary form of everything that crosses between processes or into a log, and the requests of a leaf's Flight door.
 *
 * <p>Numbers are variable-length (zig-zag, seven bits a byte, low first), strings are UTF-8 with their length before
 * them, lists their count. A record's fields follow each other in the order of its components. Every message starts
 * with a tag and a version, so that a later form is a new version and never an edit: golden files hold the bytes.
 */
package dev.millrace.store.wire;
