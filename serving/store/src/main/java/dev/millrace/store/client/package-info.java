/** Calls on the store: the system partition's verbs, the partitions' verbs, pins and fragments. */
package dev.millrace.store.client;
