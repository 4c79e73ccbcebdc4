package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.type.SqlType;

/**
 * CHAR(n), VARCHAR(n) and TEXT: valid UTF-8 of at most n characters. As in MySQL, blanks past the n-th character are cut
 * without an error, and a CHAR has no blanks at its end.
 */
final class TextColumn extends BytesColumn {
    private final int charactersMax;
    private final boolean padded;

    TextColumn(ColumnSpec spec) {
        super(spec);
        charactersMax = spec.type().kind() == SqlType.Kind.TEXT
                ? Integer.MAX_VALUE
                : spec.type().length();
        padded = spec.type().kind() == SqlType.Kind.CHAR;
    }

    @Override
    void text(byte[] bytes, int from, int to) {
        if (Utf8.firstInvalid(bytes, from, to) >= 0) {
            throw BadValue.of(
                    RecordError.Kind.ENCODING,
                    "value " + BadValue.quote(bytes, from, to) + " is not UTF-8",
                    spec.name());
        }
        int end = to;
        if (padded) {
            end = withoutBlanks(bytes, from, to);
        }
        if (end - from > charactersMax) {
            int limit = Utf8.skip(bytes, from, end, charactersMax);
            if (withoutBlanks(bytes, limit, end) > limit) {
                throw tooLong(bytes, from, to);
            }
            end = limit;
        }
        append(bytes, from, end, 0);
    }

    private static int withoutBlanks(byte[] bytes, int from, int to) {
        int end = to;
        while (end > from && bytes[end - 1] == ' ') {
            end--;
        }
        return end;
    }

    @Override
    void document(byte[] bytes, int from, int to) {
        text(bytes, from, to);
    }
}
