package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;

/** BOOL: 0, 1, true, false. MySQL's BOOL would take any TINYINT; ours has two values, so no other number is one. */
final class BoolColumn extends FixedColumn {
    BoolColumn(ColumnSpec spec) {
        super(spec);
    }

    @Override
    void text(byte[] bytes, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && DecimalText.isSpace(bytes[start])) {
            start++;
        }
        while (start < end && DecimalText.isSpace(bytes[end - 1])) {
            end--;
        }
        if (end - start == 1 && (bytes[start] == '0' || bytes[start] == '1')) {
            append(bytes[start] - '0');
        } else if (is("true", bytes, start, end)) {
            append(1);
        } else if (is("false", bytes, start, end)) {
            append(0);
        } else {
            throw incorrect(bytes, from, to);
        }
    }

    private static boolean is(String word, byte[] bytes, int from, int to) {
        if (to - from != word.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            // ASCII letters in either case; the bit turns no other byte into one of them.
            if ((bytes[i] | 0x20) != word.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    @Override
    void bool(boolean value) {
        append(value ? 1 : 0);
    }

    @Override
    void values(BufferList buffers) {
        bits(buffers);
    }
}
