package dev.millrace.transform.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Arrays;
import java.util.List;

/**
 * Lines of fields, as MySQL's LOAD DATA reads them. Most fields hold no escape and are not enclosed: they go to their
 * column straight from the record. Any other field is read again, byte by byte, by {@link #unusual}.
 *
 * <p>Stricter than MySQL in one point: an enclosed field that the record's end cuts off is an error, not a field with a
 * quote in front.
 */
final class CsvReader implements RecordReader {
    private static final int NO_BYTE = -1;

    private enum Stop {
        FIELD,
        LINE,
        RECORD
    }

    private final byte[] fieldEnd;
    private final byte[] lineEnd;
    private final byte[] lineStart;
    private final int enclosure;
    private final int escape;
    /* Whether a byte, as an index, may end a plain field or make it unusual. */
    private final boolean[] special = new boolean[256];
    private final ColumnBuilder[] columns;
    private final FormatSpec.CsvNulls nulls;
    /* NULL DEFINED BY; its length is −1 if there is none. */
    private final byte[] marker;
    private final int markerLength;

    private byte[] bytes = {};
    private int end;
    private int line;
    private int lineBegin;
    private int rowsBefore;
    private int position;

    /* The field in hand. */
    private byte[] scratch = new byte[256];
    private int scratchSize;
    private boolean enclosed;
    private boolean nullEscape;
    private Stop stop = Stop.RECORD;

    CsvReader(FormatSpec.Csv format, List<ColumnBuilder> columns) {
        fieldEnd = format.fieldsTerminatedBy().getBytes(UTF_8);
        lineEnd = format.linesTerminatedBy().getBytes(UTF_8);
        lineStart = format.linesStartingBy().getBytes(UTF_8);
        enclosure = single(format.enclosedBy(), "ENCLOSED BY");
        escape = single(format.escapedBy(), "ESCAPED BY");
        if (fieldEnd.length == 0) {
            throw new StatementException(
                    SqlState.UNSUPPORTED, "FIELDS TERMINATED BY '' (fields of fixed width) is not supported");
        }
        if (Arrays.equals(fieldEnd, lineEnd)) {
            throw new StatementException(
                    SqlState.UNSUPPORTED, "fields and lines that are terminated by the same string are not supported");
        }
        special[fieldEnd[0] & 0xff] = true;
        if (lineEnd.length > 0) {
            special[lineEnd[0] & 0xff] = true;
        }
        if (escape != NO_BYTE) {
            special[escape] = true;
        }
        this.columns = columns.toArray(ColumnBuilder[]::new);
        nulls = format.nulls();
        marker = nulls.definedBy().orElse("").getBytes(UTF_8);
        markerLength = nulls.definedBy().isPresent() ? marker.length : -1;
    }

    private static int single(String character, String clause) {
        byte[] encoded = character.getBytes(UTF_8);
        if (encoded.length > 1) {
            throw new StatementException(
                    SqlState.UNSUPPORTED,
                    clause + " '" + character + "' is not supported: it takes one ASCII character");
        }
        return encoded.length == 0 ? NO_BYTE : encoded[0] & 0xff;
    }

    @Override
    public void read(byte[] text, int from, int to) {
        bytes = text;
        end = to;
        line = 0;
        resume(from);
    }

    @Override
    public void resume(int from) {
        int at = from;
        while (at < end) {
            line++;
            if (lineStart.length > 0) {
                at = behindLineStart(at);
            }
            if (at < end) {
                at = line(at);
            }
        }
    }

    @Override
    public int rowsBefore() {
        return rowsBefore;
    }

    @Override
    public int recover() {
        try {
            int at = lineBegin;
            do {
                at = skipField(at);
            } while (stop == Stop.FIELD);
            return at;
        } catch (BadValue endless) {
            return end;
        }
    }

    /* What precedes the string is skipped, whole lines included. */
    private int behindLineStart(int from) {
        for (int at = from; at <= end - lineStart.length; at++) {
            if (isAt(lineStart, at)) {
                return at + lineStart.length;
            }
        }
        return end;
    }

    private int line(int from) {
        lineBegin = from;
        rowsBefore = columns[0].rows;
        int at = from;
        int fields = 0;
        do {
            position = at;
            at = fields < columns.length ? field(at, columns[fields]) : skipField(at);
            fields++;
        } while (stop == Stop.FIELD);
        while (nulls.trailing() && fields < columns.length) {
            position = at;
            columns[fields++].nul();
        }
        if (fields != columns.length) {
            throw BadValue.at(
                    lineBegin,
                    RecordError.Kind.FIELD_COUNT,
                    "the line has " + fields + (fields == 1 ? " field" : " fields") + " where " + columns.length
                            + (columns.length == 1 ? " is" : " are") + " expected");
        }
        return at;
    }

    private int field(int from, ColumnBuilder column) {
        byte[] text = bytes;
        int to = end;
        if (from < to && (text[from] & 0xff) == enclosure) {
            return enclosedField(from, column);
        }
        int at = from;
        while (at < to && !special[text[at] & 0xff]) {
            at++;
        }
        int next = stopAt(at);
        if (next < 0) {
            return unusualField(from, column);
        }
        if (isNull(text, from, at)) {
            column.nul();
        } else {
            column.text(text, from, at);
        }
        return next;
    }

    /* An enclosed field without escapes and doubled quotes goes straight to its column, too. */
    private int enclosedField(int from, ColumnBuilder column) {
        int at = from + 1;
        while (at < end && (bytes[at] & 0xff) != enclosure && (bytes[at] & 0xff) != escape) {
            at++;
        }
        if (at >= end || (bytes[at] & 0xff) != enclosure || enclosure == escape) {
            return unusualField(from, column);
        }
        int next = stopAt(at + 1);
        if (next < 0) {
            return unusualField(from, column);
        }
        if (nulls.optionallyEnclosed() && isMarker(bytes, from + 1, at)) {
            column.nul();
        } else {
            column.text(bytes, from + 1, at);
        }
        return next;
    }

    /* Sets stop and answers the index behind what ends a field here; −1 if nothing does. */
    private int stopAt(int at) {
        if (at >= end) {
            stop = Stop.RECORD;
            return at;
        }
        if (lineEnd.length > 0 && isAt(lineEnd, at)) {
            stop = Stop.LINE;
            return at + lineEnd.length;
        }
        if (isAt(fieldEnd, at)) {
            stop = Stop.FIELD;
            return at + fieldEnd.length;
        }
        return -1;
    }

    private boolean isAt(byte[] wanted, int at) {
        if (bytes[at] != wanted[0]) {
            return false;
        }
        return wanted.length == 1
                || at + wanted.length <= end && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length);
    }

    /* Of a field that is not enclosed. */
    private boolean isNull(byte[] text, int from, int to) {
        return isNullWord(text, from, to) || isMarker(text, from, to);
    }

    private boolean isMarker(byte[] text, int from, int to) {
        return to - from == markerLength && Arrays.equals(text, from, to, marker, 0, markerLength);
    }

    /* Where fields may be enclosed, the bare word NULL is NULL. */
    private boolean isNullWord(byte[] text, int from, int to) {
        return to - from == 4
                && enclosure != NO_BYTE
                && text[from] == 'N'
                && text[from + 1] == 'U'
                && text[from + 2] == 'L'
                && text[from + 3] == 'L';
    }

    private int unusualField(int from, ColumnBuilder column) {
        int next = unusual(from);
        boolean marked = enclosed
                ? nulls.optionallyEnclosed() && isMarker(scratch, 0, scratchSize)
                : isNull(scratch, 0, scratchSize);
        if (nullEscape && scratchSize == 1 || marked) {
            column.nul();
        } else {
            column.text(scratch, 0, scratchSize);
        }
        return next;
    }

    private int skipField(int from) {
        return unusual(from);
    }

    /*
     * LOAD DATA's own automaton (read_field in sql_load.cc): escapes first, then the line's end, the closing quote, the
     * field's end. A quote that nothing follows which ends a field is a character like others, and so is the quote that
     * opened it if it never closes.
     */
    private int unusual(int from) {
        scratchSize = 0;
        nullEscape = false;
        enclosed = from < end && (bytes[from] & 0xff) == enclosure;
        int at = enclosed ? from + 1 : from;
        while (at < end) {
            int b = bytes[at] & 0xff;
            boolean last = at + 1 == end;
            if (b == escape && last && escape != enclosure) {
                keep(bytes[at++]);
            } else if (b == escape && !last && (escape != enclosure || (bytes[at + 1] & 0xff) == escape)) {
                keep(meaning(bytes[at + 1]));
                at += 2;
            } else if (enclosed && b == enclosure) {
                if (!last && (bytes[at + 1] & 0xff) == enclosure) {
                    keep(bytes[at]);
                    at += 2;
                    continue;
                }
                int next = stopAt(at + 1);
                if (next >= 0) {
                    return next;
                }
                keep(bytes[at++]);
            } else {
                int next = enclosed ? -1 : stopAt(at);
                if (next >= 0) {
                    return next;
                }
                keep(bytes[at++]);
            }
        }
        if (enclosed) {
            throw BadValue.at(from, RecordError.Kind.MALFORMED, "an enclosed field has no end before the record's end");
        }
        stop = Stop.RECORD;
        return at;
    }

    private byte meaning(byte escaped) {
        return switch (escaped) {
            case '0' -> 0;
            case 'b' -> '\b';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'Z' -> 26;
            case 'N' -> {
                nullEscape = true;
                yield escaped;
            }
            default -> escaped;
        };
    }

    private void keep(byte b) {
        if (scratchSize == scratch.length) {
            scratch = Arrays.copyOf(scratch, Math.max(scratchSize, (int)
                    Math.min(Integer.MAX_VALUE - 8L, scratchSize * 2L)));
        }
        scratch[scratchSize++] = b;
    }

    @Override
    public int position() {
        return position;
    }

    @Override
    public int line(byte[] text, int from, int place) {
        return line;
    }

    @Override
    public void release() {
        bytes = new byte[0];
        if (scratch.length > 1 << 20) {
            scratch = new byte[256];
        }
    }
}
