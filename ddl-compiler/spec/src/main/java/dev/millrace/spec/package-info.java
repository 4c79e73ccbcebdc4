/**
 * The nouns that every other module shares: databases, tables and pipelines as immutable records.
 *
 * <p>Nothing here parses, plans or talks to anybody. Specs travel between processes in the one JSON form of
 * {@link dev.millrace.spec.json}. Expressions inside a spec (DEFAULT, later SET and WHERE) carry the user's text and,
 * beside it, the DuckDB SQL it was compiled to, so that a job evaluates them without a compiler.
 */
package dev.millrace.spec;
