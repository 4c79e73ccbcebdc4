package dev.millrace.spec;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a pipeline proves itself with to its source. It travels beside the {@link PipelineSpec}, never in it, and only
 * its {@link #values()} says what is secret: nothing that prints, logs or shows a pipeline calls it.
 */
public final class Credentials implements Serializable {
    public static final Credentials NONE = new Credentials(Map.of());

    /** What stands for a secret wherever a pipeline is shown. */
    public static final String HIDDEN = "<hidden>";

    /** Shorter ones would make any text unreadable, and are no secret. */
    private static final int REDACTED_LENGTH_MIN = 3;

    private static final long serialVersionUID = 1L;

    private final TreeMap<String, String> values;

    /** @param values by the keys that users write */
    public Credentials(Map<String, String> values) {
        this.values = new TreeMap<>(values);
    }

    /** The secrets themselves, by key. */
    public Map<String, String> values() {
        return Map.copyOf(values);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** The same keys, in order, each with {@link #HIDDEN}. */
    public Map<String, String> hidden() {
        TreeMap<String, String> hidden = new TreeMap<>();
        values.keySet().forEach(key -> hidden.put(key, HIDDEN));
        return hidden;
    }

    /** A text of somebody else's, an error of a client's perhaps, with no secret left in it. */
    public String redact(String text) {
        String redacted = text;
        for (String value : values.values()) {
            if (value.length() >= REDACTED_LENGTH_MIN) {
                redacted = redacted.replace(value, HIDDEN);
            }
        }
        return redacted;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Credentials that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "Credentials" + values.keySet();
    }
}
