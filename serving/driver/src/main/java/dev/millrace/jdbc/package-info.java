/**
 * The JDBC driver: {@code jdbc:millrace://host:port/database}. It is Avatica's remote driver with what that leaves out:
 * cancel and time-outs (by KILL QUERY through a second connection, as MySQL's driver does it), timestamps with
 * microseconds, metadata of keys, and what tools ask before they write SQL (quotes, name, version).
 *
 * <p>Avatica's wire has no request for cancel, and keys never travel; both are SQL here. Its timestamps are
 * milliseconds: the server sends microseconds to a connection that asked for them ({@code timestamps=micros}), and
 * {@link dev.millrace.jdbc.MicrosAccessor} reads them.
 */
package dev.millrace.jdbc;
