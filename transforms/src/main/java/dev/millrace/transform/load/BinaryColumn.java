package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.type.SqlType;

/** BINARY(n), VARBINARY(n) and BLOB: the bytes as they are. As in MySQL, a BINARY is filled up with zero bytes. */
final class BinaryColumn extends BytesColumn {
    private final int bytesMax;
    private final boolean padded;

    BinaryColumn(ColumnSpec spec) {
        super(spec);
        bytesMax = spec.type().kind() == SqlType.Kind.BLOB
                ? Integer.MAX_VALUE
                : spec.type().length();
        padded = spec.type().kind() == SqlType.Kind.BINARY;
    }

    @Override
    void text(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length > bytesMax) {
            throw tooLong(bytes, from, to);
        }
        append(bytes, from, to, padded ? bytesMax - length : 0);
    }
}
