/** Errors a user can cause: SQLSTATE, MySQL error number, message, and the place in the statement. */
package dev.millrace.spec.error;
