/**
 * SQL text in, {@link dev.millrace.ddl.Statement} out.
 *
 * <p>A statement says what the user wrote, not whether it can be done: names are unresolved, types are words, clauses
 * that come later are there. {@link dev.millrace.ddl.check} judges it against a catalog, {@code
 * ddl.print} writes it back. No Calcite type leaves {@code ddl.parser}; queries and
 * expressions therefore stay text here, and whoever plans them parses them once more with the same grammar. Everything
 * is a record that compares by what it says: places in the source are carried, but never compared, so that the law
 * {@code parse(print(s)).equals(s)} can be stated with {@code equals}.
 */
package dev.millrace.ddl;
