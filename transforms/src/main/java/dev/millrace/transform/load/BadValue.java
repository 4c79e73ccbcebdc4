package dev.millrace.transform.load;

import java.nio.charset.StandardCharsets;

/** A value or a record that cannot be loaded. Thrown by whoever sees it, caught by the loader, which knows the record. */
final class BadValue extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The reader knows where it stands. */
    static final int AT_READER = -1;

    private static final int QUOTED_BYTES_MAX = 60;

    private final RecordError.Kind kind;
    private final int position;
    private final String column;

    private BadValue(RecordError.Kind kind, String reason, String column, int position) {
        super(reason, null, false, false);
        this.kind = kind;
        this.column = column;
        this.position = position;
    }

    /** A value that its column refuses. */
    static BadValue of(RecordError.Kind kind, String reason, String column) {
        return new BadValue(kind, reason, column, AT_READER);
    }

    /** A record that makes no sense from a byte on; the position is an index into the batch's bytes. */
    static BadValue at(int position, RecordError.Kind kind, String reason) {
        return new BadValue(kind, reason, "", position);
    }

    RecordError.Kind kind() {
        return kind;
    }

    /** Index into the batch's bytes, or {@link #AT_READER}. */
    int position() {
        return position;
    }

    /** Empty if no column is to blame. */
    String column() {
        return column;
    }

    /** The bytes as a user may recognise them: quoted and cut, control characters made visible. */
    static String quote(byte[] bytes, int from, int to) {
        int end = Math.min(to, from + QUOTED_BYTES_MAX);
        String text = new String(bytes, from, end - from, StandardCharsets.UTF_8);
        StringBuilder quoted = new StringBuilder("'");
        text.codePoints().forEach(c -> {
            if (c < ' ') {
                quoted.append(String.format("\\x%02x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append(end < to ? "'…" : "'").toString();
    }
}
