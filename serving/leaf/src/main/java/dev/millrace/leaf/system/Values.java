package dev.millrace.leaf.system;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import java.util.Iterator;
import java.util.List;

/** Reads the values of a row one after the other. */
final class Values {
    private final Iterator<Object> values;

    Values(List<Object> values) {
        this.values = values.iterator();
    }

    long number() {
        return (Long) values.next();
    }

    int integer() {
        return Math.toIntExact(number());
    }

    boolean bool() {
        return (Boolean) values.next();
    }

    String text() {
        return (String) values.next();
    }

    byte[] bytes() {
        return (byte[]) values.next();
    }

    Attempt attempt() {
        return new Attempt(number(), integer());
    }

    BatchId batch() {
        return new BatchId(number(), attempt(), number());
    }
}
