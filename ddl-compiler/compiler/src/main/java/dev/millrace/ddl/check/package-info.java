/**
 * Statements against a catalog: names resolved, types bounded, keys checked, clauses that come later refused by name.
 *
 * <p>The {@link dev.millrace.ddl.check.Catalog} is an interface owned here, so that the checker runs over the system
 * partition, over a file of CREATE TABLEs, or over a test's map alike. Errors carry the position of the offending name.
 */
package dev.millrace.ddl.check;
