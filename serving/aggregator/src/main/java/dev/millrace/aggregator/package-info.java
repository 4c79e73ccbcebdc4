/**
 * The aggregator: a process, or a part of one, that takes SQL. It keeps nothing that another start would miss.
 *
 * <p>Everything is wired here, by constructors: the store's client, the catalog, pipelines, execution, the Avatica door.
 */
package dev.millrace.aggregator;
