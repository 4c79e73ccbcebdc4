/**
 * Reads SQL: a lexer of MySQL's, Calcite's grammar for expressions and queries, and a reader of statements over the same
 * tokens.
 *
 * <p>The grammar ({@code src/main/codegen}, generated into {@code parser.grammar}) is Calcite's with MySQL's operators
 * added. Its own lexer is not used: {@link dev.millrace.ddl.parser.MySqlLexer} stands in for the generated token
 * manager, because in MySQL most words are keywords only where a keyword can stand, strings have back-slash escapes, and
 * {@code #} begins a comment. A word that is no keyword at its place reaches the grammar as an identifier, so the
 * grammar needs no list of non-reserved words.
 *
 * <p>Statements are read by hand over those tokens ({@link dev.millrace.ddl.parser.StatementParser}), not in the
 * grammar: a hundred words such as BATCH_INTERVAL would have to become tokens, clauses come in any order, the rows of an
 * INSERT must not become trees, and errors can name the two or three words that could have followed. Where an expression
 * or a query may stand, the reader calls the grammar.
 *
 * <p>Calcite stays in this package; only {@link dev.millrace.ddl.parser.SqlParsers} shows it, to who plans a query.
 */
package dev.millrace.ddl.parser;
