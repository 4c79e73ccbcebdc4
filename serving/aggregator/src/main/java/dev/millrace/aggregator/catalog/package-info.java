/**
 * The catalog as this aggregator knows it: a cached {@link dev.millrace.store.CatalogSnapshot} of the system partition,
 * kept fresh by a long poll, behind the compiler's {@link dev.millrace.ddl.check.Catalog}.
 *
 * <p>A cached catalog may be old. That is safe, because every use of it is checked where it matters: plans carry table
 * versions, batches carry table versions and the partition map's, and the system partition decides. Whoever is told
 * that it was stale refreshes and tries again; nothing here waits for freshness on the way of an ordinary statement.
 */
package dev.millrace.aggregator.catalog;
