package dev.millrace.leaf.system;

import java.util.List;

/** A row of the system partition in memory. */
interface Row {
    /** Its values in the order of its table's columns. */
    List<Object> values();
}
