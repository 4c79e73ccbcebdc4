/**
 * Runs {@code .sqltest} files: statements and the rows or errors they must give, as text that people can read.
 *
 * <p>It is sqllogictest's core and little more, over any {@link java.sql.Connection}. A file is a list of records, parted
 * by empty lines; a line that begins with {@code #} is a comment.
 *
 * <pre>
 * statement ok
 * CREATE TABLE t (id INT, name TEXT)
 *
 * statement error 42S01
 * CREATE TABLE t (id INT)
 *
 * statement count 2
 * INSERT INTO t VALUES (2, 'two'), (1, NULL)
 *
 * await 10s
 * query IT rowsort
 * SELECT id, name FROM t
 * ----
 * 1 NULL
 * 2 two
 * </pre>
 *
 * <ul>
 *   <li>{@code statement ok}, {@code statement error [SQLSTATE [NUMBER [LINE:COLUMN]]]}, {@code statement count N} (rows
 *       changed). The place is what a message ends with: {@code at line 1, column 5}; {@code -} if it does not.
 *   <li>{@code query TYPES [nosort|rowsort|valuesort]}: a letter for each column: I whole number, R number with a point, T
 *       text and everything else, B bytes in hexadecimal, D date and time, ? whatever comes. Rows are lines, values are
 *       parted by a space; a value that is empty or holds a space, a quote, a control character or a back-slash, or
 *       is the text {@code NULL}, is quoted as in {@code 'it''s'}. With valuesort each value is a line.
 *   <li>{@code query error}, as {@code statement error}.
 *   <li>{@code await 10s} before a record: it is tried again until it passes or the time is over.
 *   <li>{@code plan}: as {@code query}, of EXPLAIN in front of the statement, one line per row, as it comes.
 *   <li>{@code skipif NAME}, {@code onlyif NAME} before a record, by the harness's name; {@code halt} ends the file.
 * </ul>
 *
 * <p>Words that are not known are the harness's own commands ({@code kill leaf 1}). There is no loop, no hash of a result
 * and no list of ignored tests. With {@code -Dsqltest.accept} the file is written again with what came.
 */
package dev.millrace.sqltest;
