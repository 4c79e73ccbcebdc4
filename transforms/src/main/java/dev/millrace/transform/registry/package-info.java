/**
 * Asks a Confluent-compatible schema registry for schemas. It knows HTTP and the registry's answers, not what a schema
 * means. Doors: {@link dev.millrace.transform.registry.SchemaRegistry} and {@link
 * dev.millrace.transform.registry.RegisteredSchema}.
 */
package dev.millrace.transform.registry;
