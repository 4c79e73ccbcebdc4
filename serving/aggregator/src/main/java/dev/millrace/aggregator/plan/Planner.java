package dev.millrace.aggregator.plan;

import static java.util.Objects.requireNonNull;

import dev.millrace.ddl.check.Catalog;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.query.Fragment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexBuilder;

/** Text of a query → {@link QueryPlan}. Safe for use by many threads. */
public final class Planner {
    /** Plans kept for texts that come again; a plan is a few KB of text. */
    private static final int PLANS_MAX = 1000;

    /** Longer texts are planned each time: a plan of a list of ten thousand values is worth no place in the cache. */
    private static final int CACHED_LENGTH_MAX = 10_000;

    private record Key(String sql, Optional<String> database, List<Object> parameters) {}

    private record Kept(QueryPlan plan, List<CatalogTable> tables) {}

    private final Catalog catalog;
    private final Analyzer analyzer;

    /** Guarded by itself; least recently used first. */
    private final Map<Key, Kept> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Kept> eldest) {
            return size() > PLANS_MAX;
        }
    };

    public Planner(Catalog catalog) {
        this.catalog = requireNonNull(catalog, "catalog");
        analyzer = new Analyzer(catalog);
    }

    /**
     * Plans a query.
     *
     * @param parameters values of {@code ?} in their order: {@code null}, {@code Boolean}, {@code Byte} … {@code Long},
     *     {@code BigInteger}, {@code BigDecimal}, {@code Float}, {@code Double}, {@code String}, {@code byte[]},
     *     {@code LocalDate}, {@code LocalDateTime}, {@code java.sql.Date} or {@code java.sql.Timestamp} (both as UTC)
     * @throws StatementException for every mistake in the query and everything that is not supported, with the place in
     *     {@code sql} where it is known
     */
    public QueryPlan plan(String sql, List<?> parameters, SessionValues session) {
        boolean cacheable =
                sql.length() <= CACHED_LENGTH_MAX && parameters.stream().noneMatch(byte[].class::isInstance);
        Key key = new Key(sql, session.database(), new ArrayList<>(parameters));
        if (cacheable) {
            Optional<QueryPlan> known = known(key);
            if (known.isPresent()) {
                return known.get();
            }
        }
        return Analyzer.guarded(() -> {
            AnalyzedQuery query = analyzer.analyze(sql, new QueryContext(catalog, session, parameters, true));
            QueryPlan plan = plan(query);
            if (cacheable && query.reusable()) {
                synchronized (kept) {
                    kept.put(key, new Kept(plan, query.tables()));
                }
            }
            return plan;
        });
    }

    /** A plan made before, if all its tables are still what they were. */
    private Optional<QueryPlan> known(Key key) {
        Kept found;
        synchronized (kept) {
            found = kept.get(key);
        }
        boolean valid = found != null
                && found.tables().stream()
                        .allMatch(table ->
                                catalog.database(table.database().name()).equals(Optional.of(table.database()))
                                        && catalog.table(
                                                        table.database().name(),
                                                        table.spec().name())
                                                .equals(Optional.of(table.spec())));
        return valid ? Optional.of(found.plan()) : Optional.empty();
    }

    /** Columns and number of parameters of a query whose parameters have no values yet. */
    public QueryDescription describe(String sql, SessionValues session) {
        return Analyzer.guarded(() -> {
            AnalyzedQuery query = analyzer.analyze(sql, new QueryContext(catalog, session, List.of(), false));
            return new QueryDescription(query.columns(), query.parameters());
        });
    }

    private static QueryPlan plan(AnalyzedQuery query) {
        RelNode normal = Separators.resolved(NormalForm.of(query.rel()));
        Placement placement = new Placement();
        Placed placed = placement.place(normal, Placement.all(normal));
        if (placed instanceof Placed.OnLeaves leaves) {
            placement.cutWhole(leaves);
        }
        RexBuilder rex = normal.getCluster().getRexBuilder();
        List<Placement.Cut> cuts = placement.cuts();
        List<PlannedFragment> fragments = IntStream.range(0, cuts.size())
                .mapToObj(number -> fragment(number, cuts.get(number), rex))
                .toList();
        Optional<RelNode> merge = placed instanceof Placed.OnLeaves ? Optional.empty() : Optional.of(placed.rel());
        Optional<String> mergeSql = merge.map(rel -> new RelSql(rex).select(rel));
        return new QueryPlan(fragments, mergeSql, query.columns(), Explain.of(merge, cuts, fragments, mergeSql));
    }

    private static PlannedFragment fragment(int number, Placement.Cut cut, RexBuilder rex) {
        RelSql sql = new RelSql(rex);
        String select = sql.select(cut.rel());
        Fragment fragment = new Fragment(select, sql.relations(), cut.perPartition());
        return new PlannedFragment(
                "g" + number,
                cut.placed().database().id(),
                fragment,
                cut.placed().partitions());
    }
}
