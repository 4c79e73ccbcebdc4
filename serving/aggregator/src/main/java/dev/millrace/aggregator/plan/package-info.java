/**
 * One query → fragments that leaves run, and a merge that the aggregator runs over what comes back.
 *
 * <p>A query is parsed, its operators replaced by those of {@code ddl.check.operator} (the only ones there
 * are), validated by Calcite against the catalog, brought into a normal form by a bounded Hep program, and then placed
 * bottom-up by hand: {@code Placement} decides for each operator whether its input can stay
 * on the leaves or has to be gathered. There is no cost model and no second opinion: the rules are about what is
 * correct, and gathering is always correct. Plans are text (DuckDB SQL), because leaf and merge are the same engine.
 *
 * <p>No Calcite type leaves this package, and nothing here talks to a leaf.
 */
package dev.millrace.aggregator.plan;
