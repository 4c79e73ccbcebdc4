/** The versioned JSON form of specs. Golden files guard it: a change of form is a new version, never an edit. */
package dev.millrace.spec.json;
