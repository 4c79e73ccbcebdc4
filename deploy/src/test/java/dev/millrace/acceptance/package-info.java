/** Tests of the whole house: what is drawn, what is tidy, and what one process does from outside. */
package dev.millrace.acceptance;
