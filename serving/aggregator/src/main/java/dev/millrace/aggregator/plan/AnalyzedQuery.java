package dev.millrace.aggregator.plan;

import java.util.List;
import org.apache.calcite.rel.RelNode;

/**
 * A query that is valid.
 *
 * @param rel its operators, as Calcite converts them; its columns are the answer's
 * @param tables it reads
 * @param reusable whether the same text with the same parameters has the same plan as long as the tables stay
 */
record AnalyzedQuery(
        RelNode rel, List<ResultColumn> columns, List<CatalogTable> tables, int parameters, boolean reusable) {}
