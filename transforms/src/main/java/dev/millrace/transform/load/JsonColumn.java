package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;

/** JSON: the text of one JSON value, spelled as it came, white space around it removed. */
final class JsonColumn extends BytesColumn {
    private final JsonScanner scanner = new JsonScanner();

    JsonColumn(ColumnSpec spec) {
        super(spec);
    }

    @Override
    void text(byte[] bytes, int from, int to) {
        int start = scanner.start(bytes, from, to);
        int end;
        try {
            if (Utf8.firstInvalid(bytes, from, to) >= 0) {
                throw incorrect(bytes, from, to);
            }
            end = scanner.skipValue(start, 0);
            if (scanner.skipSpace(end) != to) {
                throw incorrect(bytes, from, to);
            }
        } catch (BadValue malformed) {
            throw incorrect(bytes, from, to);
        }
        append(bytes, start, end, 0);
    }

    @Override
    boolean takesDocuments() {
        return true;
    }

    @Override
    void document(byte[] bytes, int from, int to) {
        append(bytes, from, to, 0);
    }
}
