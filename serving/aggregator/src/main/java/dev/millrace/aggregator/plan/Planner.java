package dev.millrace.aggregator.plan;

import static java.util.Objects.requireNonNull;

import dev.millrace.ddl.check.Catalog;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;

/** Text of a query → {@link QueryPlan}. Safe for use by many threads. */
public final class Planner {
    private final Catalog catalog;

    public Planner(Catalog catalog) {
        this.catalog = requireNonNull(catalog, "catalog");
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
        throw new StatementException(
                SqlState.UNSUPPORTED, "SELECT over " + catalog.databases().size());
    }

    /** Columns and number of parameters of a query whose parameters have no values yet. */
    public QueryDescription describe(String sql, SessionValues session) {
        throw new StatementException(
                SqlState.UNSUPPORTED, "SELECT over " + catalog.databases().size());
    }
}
