package dev.millrace.transform.load;

import java.util.Arrays;

/**
 * The grammar of RFC 8259 over bytes: finds where tokens and values end and refuses whatever is no JSON, also inside
 * values that nobody reads. It takes no step back and uses no stack of its own, so neither a long record nor a deep one
 * can harm it. UTF-8 is checked elsewhere.
 */
final class JsonScanner {
    /** Containers inside each other; MySQL's limit is 100. */
    static final int DEPTH_MAX = 1000;

    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = ONES << 7;

    private byte[] bytes = {};
    private int end;
    private boolean escaped;
    /* Which of the open containers are objects, one bit for each level. */
    private final long[] objects = new long[DEPTH_MAX / Long.SIZE + 1];
    private byte[] scratch = {};

    /** Takes a text in hand and answers where its first value begins, or {@code to}. */
    int start(byte[] text, int from, int to) {
        bytes = text;
        end = to;
        return skipSpace(from);
    }

    /** Gives the text back, and scratch memory that has become large. */
    void release() {
        bytes = new byte[0];
        if (scratch.length > 1 << 20) {
            scratch = new byte[0];
        }
    }

    int skipSpace(int from) {
        byte[] text = bytes;
        int limit = end;
        int at = from;
        while (at < limit && text[at] <= ' ' && isSpace(text[at])) {
            at++;
        }
        return at;
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** The byte there; an error at the end of the text. */
    byte need(int at) {
        if (at >= end) {
            throw BadValue.at(end, RecordError.Kind.MALFORMED, "not JSON: the record ends inside a value");
        }
        return bytes[at];
    }

    /** Index behind the value that begins here, inside so many containers. */
    int skipValue(int from, int depth) {
        int at = from;
        int level = depth;
        boolean value = true;
        while (true) {
            if (value) {
                byte first = need(at);
                if (first == '{' || first == '[') {
                    enter(++level, first == '{', at);
                    at = skipSpace(at + 1);
                    if (need(at) == first + 2) {
                        at++;
                        level--;
                        value = false;
                    } else if (first == '{') {
                        at = skipKey(at);
                    }
                } else {
                    at = skipScalar(at);
                    value = false;
                }
            } else if (level == depth) {
                return at;
            } else {
                at = skipSpace(at);
                boolean object = (objects[level >> 6] & 1L << level) != 0;
                byte next = need(at);
                if (next == ',') {
                    at = skipSpace(at + 1);
                    at = object ? skipKey(at) : at;
                    value = true;
                } else if (next == (object ? '}' : ']')) {
                    at++;
                    level--;
                } else {
                    throw unexpected(at, object ? "',' or '}'" : "',' or ']'");
                }
            }
        }
    }

    /** Checks that one more container may open at this level, from 1. */
    void enter(int level, boolean object, int at) {
        if (level > DEPTH_MAX) {
            throw BadValue.at(at, RecordError.Kind.MALFORMED, "JSON nested more than " + DEPTH_MAX + " deep");
        }
        if (object) {
            objects[level >> 6] |= 1L << level;
        } else {
            objects[level >> 6] &= ~(1L << level);
        }
    }

    private int skipKey(int at) {
        if (need(at) != '"') {
            throw unexpected(at, "a key");
        }
        return skipColon(string(at + 1) + 1);
    }

    /** Index of the value behind a key's closing quote. */
    int skipColon(int from) {
        int at = skipSpace(from);
        if (need(at) != ':') {
            throw unexpected(at, "':'");
        }
        return skipSpace(at + 1);
    }

    /** Index behind a string, number, true, false or null. */
    int skipScalar(int at) {
        byte first = need(at);
        return switch (first) {
            case '"' -> string(at + 1) + 1;
            case 't' -> word(at, "true");
            case 'f' -> word(at, "false");
            case 'n' -> word(at, "null");
            default -> number(at);
        };
    }

    private int word(int at, String word) {
        for (int i = 1; i < word.length(); i++) {
            if (need(at + i) != word.charAt(i)) {
                throw unexpected(at, "a value");
            }
        }
        return at + word.length();
    }

    private int number(int from) {
        int at = from;
        if (bytes[at] == '-') {
            at++;
        }
        byte first = need(at);
        if (first == '0') {
            at++;
        } else if (first >= '1' && first <= '9') {
            at = digits(at);
        } else {
            throw unexpected(from, "a value");
        }
        if (at < end && bytes[at] == '.') {
            at = digits(at + 1);
        }
        if (at < end && (bytes[at] | 0x20) == 'e') {
            byte sign = need(at + 1);
            at = digits(sign == '+' || sign == '-' ? at + 2 : at + 1);
        }
        return at;
    }

    private int digits(int from) {
        byte first = need(from);
        if (first < '0' || first > '9') {
            throw unexpected(from, "a digit");
        }
        byte[] text = bytes;
        int limit = end;
        int at = from + 1;
        while (at < limit && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        return at;
    }

    /** Index of the quote that closes a string, from its first character; then {@link #escaped} tells of it. */
    int string(int from) {
        escaped = false;
        int at = from;
        while (true) {
            at = stringStop(at);
            byte stop = need(at);
            if (stop == '"') {
                return at;
            }
            if (stop != '\\') {
                throw BadValue.at(
                        at, RecordError.Kind.MALFORMED, "not JSON: a control character inside a string is not escaped");
            }
            escaped = true;
            at = skipEscape(at);
        }
    }

    /* Index of the next quote, back-slash or control character, or the end. */
    private int stringStop(int from) {
        byte[] text = bytes;
        int limit = end;
        int at = from;
        for (; at <= limit - 8; at += 8) {
            long word = Utf8.word(text, at);
            long quote = word ^ ONES * '"';
            long slash = word ^ ONES * '\\';
            // The lowest high bit that is left marks the first such byte; higher ones may be carries.
            long stops = (quote - ONES & ~quote | slash - ONES & ~slash | word - ONES * ' ' & ~word) & HIGH_BITS;
            if (stops != 0) {
                return at + (Long.numberOfTrailingZeros(stops) >>> 3);
            }
        }
        while (at < limit && text[at] != '"' && text[at] != '\\' && (text[at] >= ' ' || text[at] < 0)) {
            at++;
        }
        return at;
    }

    private int skipEscape(int at) {
        switch (need(at + 1)) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return at + 2;
            }
            case 'u' -> {
                int unit = hex(at + 2);
                if (!Character.isSurrogate((char) unit)) {
                    return at + 6;
                }
                boolean pair = Character.isHighSurrogate((char) unit)
                        && need(at + 6) == '\\'
                        && need(at + 7) == 'u'
                        && Character.isLowSurrogate((char) hex(at + 8));
                if (!pair) {
                    throw BadValue.at(at, RecordError.Kind.MALFORMED, "not JSON: half of a surrogate pair");
                }
                return at + 12;
            }
            default -> throw unexpected(at + 1, "an escape");
        }
    }

    private int hex(int from) {
        int value = 0;
        for (int at = from; at < from + 4; at++) {
            int digit = Character.digit(need(at), 16);
            if (digit < 0) {
                throw unexpected(at, "a hexadecimal digit");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /** Whether the last string had an escape. */
    boolean escaped() {
        return escaped;
    }

    /** Writes a checked string without its escapes into {@link #unescaped} and answers its length. */
    int unescape(int from, int to) {
        if (scratch.length < to - from) {
            scratch = new byte[Math.max(to - from, 256)];
        }
        int out = 0;
        int at = from;
        while (true) {
            // In a checked string the next stop is an escape or the closing quote.
            int stop = stringStop(at);
            System.arraycopy(bytes, at, scratch, out, stop - at);
            out += stop - at;
            if (stop == to) {
                return out;
            }
            at = stop;
            byte kind = bytes[at + 1];
            if (kind == 'u') {
                int unit = hex(at + 2);
                at += 6;
                if (Character.isSurrogate((char) unit)) {
                    unit = Character.toCodePoint((char) unit, (char) hex(at + 2));
                    at += 6;
                }
                out = Utf8.write(scratch, out, unit);
            } else {
                scratch[out++] = plain(kind);
                at += 2;
            }
        }
    }

    private static byte plain(byte escape) {
        return switch (escape) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escape;
        };
    }

    /** What {@link #unescape} wrote, until the next call. */
    byte[] unescaped() {
        return scratch;
    }

    BadValue unexpected(int at, String wanted) {
        need(at);
        int next = Utf8.skip(bytes, at, end, 1);
        String found = BadValue.quote(bytes, at, Math.min(end, Math.max(next, at + 1)));
        return BadValue.at(at, RecordError.Kind.MALFORMED, "not JSON: " + found + " where " + wanted + " should be");
    }

    /** Whether two texts are the same. */
    static boolean same(byte[] left, int from, int to, byte[] right) {
        return Arrays.equals(left, from, to, right, 0, right.length);
    }
}
