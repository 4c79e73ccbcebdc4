/** Load: record bytes become typed Arrow rows of a pipeline's table, or a reason why not. */
package dev.millrace.transform.load;
