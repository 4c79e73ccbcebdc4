/** What a leaf is asked to read: a fragment of a plan over the partitions it leads, at one pinned snapshot. */
package dev.millrace.store.query;
