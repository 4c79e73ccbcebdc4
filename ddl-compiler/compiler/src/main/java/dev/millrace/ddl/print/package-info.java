/**
 * Statements and specs as canonical SQL: names always back-quoted, words in upper case, clauses in one order, one space.
 *
 * <p>The law is {@code parse(print(s)).equals(s)}, for every statement the parser can make. Queries and expressions are
 * printed as they were written. Credentials are never printed by what is shown to users; only {@link
 * dev.millrace.ddl.print.SqlPrinter#print(dev.millrace.ddl.Statement)} prints a whole statement back.
 */
package dev.millrace.ddl.print;
