package dev.millrace.aggregator.proof;

/** What a part of a query is; parts of one kind can stand for each other. */
enum Kind {
    INT,
    DECIMAL,
    DOUBLE,
    TEXT,
    DATE,
    TIME,
    BOOL,
    /** A number that depends on the order of additions or on digits that are rounded away. */
    APPROXIMATE,
    /** A whole query. */
    QUERY,
    /** Everything else: clauses, FROM items, lists. */
    CLAUSE;

    boolean isScalar() {
        return compareTo(APPROXIMATE) < 0;
    }
}
