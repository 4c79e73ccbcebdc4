/** SQL types with their Arrow and DuckDB forms. The one place that knows how a column looks on each side. */
package dev.millrace.spec.type;
