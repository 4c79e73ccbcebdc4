package dev.millrace.transform.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.spec.FormatSpec;
import java.util.Arrays;

/** Ends of CSV lines, where {@link CsvReader} sees them: not in an enclosed field, not behind an escape. */
final class CsvScan implements OutputCutter.Scan {
    private static final int NO_BYTE = -1;

    private final byte[] fieldEnd;
    private final byte[] lineEnd;
    private final byte[] lineStart;
    private final int enclosure;
    private final int escape;
    /* Bytes that a terminator, or a pair of characters, takes at most. */
    private final int lookAhead;
    /* Whether a byte, as an index, means anything in a field that is not enclosed. */
    private final boolean[] special = new boolean[256];

    private boolean beforeLine = true;
    private boolean fieldBegins = true;
    private boolean enclosed;
    private int stoppedAt;

    CsvScan(FormatSpec.Csv format) {
        fieldEnd = format.fieldsTerminatedBy().getBytes(UTF_8);
        lineEnd = format.linesTerminatedBy().getBytes(UTF_8);
        lineStart = format.linesStartingBy().getBytes(UTF_8);
        enclosure = single(format.enclosedBy());
        escape = single(format.escapedBy());
        lookAhead = Math.max(2, Math.max(fieldEnd.length, Math.max(lineEnd.length, lineStart.length)) + 1);
        for (byte[] end : new byte[][] {fieldEnd, lineEnd}) {
            if (end.length > 0) {
                special[end[0] & 0xff] = true;
            }
        }
        if (escape != NO_BYTE) {
            special[escape] = true;
        }
    }

    private static int single(String character) {
        return character.isEmpty() ? NO_BYTE : character.charAt(0) & 0xff;
    }

    @Override
    public int stoppedAt() {
        return stoppedAt;
    }

    @Override
    public int end(byte[] bytes, int from, int to, boolean last) {
        int at = from;
        while (at < to && (last || at + lookAhead <= to)) {
            if (beforeLine && lineStart.length > 0) {
                boolean starts = isAt(lineStart, bytes, at, to);
                at += starts ? lineStart.length : 1;
                beforeLine = !starts;
                continue;
            }
            beforeLine = false;
            int b = bytes[at] & 0xff;
            boolean begins = fieldBegins;
            fieldBegins = false;
            if (begins && b == enclosure) {
                enclosed = true;
                at++;
            } else if (enclosed) {
                at = enclosedByte(bytes, at, to);
            } else if (!special[b]) {
                at++;
            } else if (b == escape && (escape != enclosure || at + 1 < to && (bytes[at + 1] & 0xff) == escape)) {
                at += 2;
            } else if (isAt(lineEnd, bytes, at, to)) {
                beforeLine = true;
                fieldBegins = true;
                return at + lineEnd.length;
            } else if (isAt(fieldEnd, bytes, at, to)) {
                fieldBegins = true;
                at += fieldEnd.length;
            } else {
                at++;
            }
        }
        stoppedAt = Math.min(at, to);
        return -1;
    }

    private int enclosedByte(byte[] bytes, int at, int to) {
        int b = bytes[at] & 0xff;
        if (b == escape && escape != enclosure) {
            return at + 2;
        }
        if (b == enclosure) {
            if (at + 1 < to && (bytes[at + 1] & 0xff) == enclosure) {
                return at + 2;
            }
            // What closes a field is a quote that a terminator follows.
            enclosed = at + 1 < to && !isAt(lineEnd, bytes, at + 1, to) && !isAt(fieldEnd, bytes, at + 1, to);
        }
        return at + 1;
    }

    private static boolean isAt(byte[] wanted, byte[] bytes, int at, int to) {
        if (wanted.length == 0 || bytes[at] != wanted[0]) {
            return false;
        }
        return wanted.length == 1
                || at + wanted.length <= to && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length);
    }
}
