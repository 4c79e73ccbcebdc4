package dev.millrace.transform.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** UTF-8 in byte arrays: validity and length in characters (code points, as MySQL counts), eight ASCII bytes a step. */
final class Utf8 {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /** Eight bytes, the first one lowest. */
    static long word(byte[] bytes, int at) {
        return (long) WORD.get(bytes, at);
    }

    /** Index of the first byte that is not ASCII, or {@code to}. */
    static int asciiEnd(byte[] bytes, int from, int to) {
        int at = from;
        for (; at <= to - 8; at += 8) {
            long high = word(bytes, at) & HIGH_BITS;
            if (high != 0) {
                return at + (Long.numberOfTrailingZeros(high) >>> 3);
            }
        }
        while (at < to && bytes[at] >= 0) {
            at++;
        }
        return at;
    }

    /** Index of the first byte that no character can begin or continue with, or −1: RFC 3629, table in §4. */
    static int firstInvalid(byte[] bytes, int from, int to) {
        int at = asciiEnd(bytes, from, to);
        while (at < to) {
            int size = characterSize(bytes, at, to);
            if (size == 0) {
                return at;
            }
            at += size;
            if (at < to && bytes[at] >= 0) {
                at = asciiEnd(bytes, at, to);
            }
        }
        return -1;
    }

    /** Bytes of the character at {@code at}; 0 if there is none. */
    private static int characterSize(byte[] bytes, int at, int to) {
        int lead = bytes[at] & 0xff;
        if (lead < 0x80) {
            return 1;
        }
        if (lead < 0xc2 || lead > 0xf4) {
            return 0;
        }
        int size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (at + size > to) {
            return 0;
        }
        int second = bytes[at + 1] & 0xff;
        // Over-long forms, surrogates and code points past U+10FFFF all show in the second byte.
        int low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < low || second > high) {
            return 0;
        }
        for (int i = 2; i < size; i++) {
            if ((bytes[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return size;
    }

    /** Index behind the first {@code characters} characters of valid text, or {@code to} if it has no more than that. */
    static int skip(byte[] bytes, int from, int to, int characters) {
        int left = characters;
        for (int at = from; at < to; at++) {
            if ((bytes[at] & 0xc0) != 0x80 && left-- == 0) {
                return at;
            }
        }
        return to;
    }

    /** Writes a code point and answers the index behind it. */
    static int write(byte[] bytes, int at, int codePoint) {
        if (codePoint < 0x80) {
            bytes[at] = (byte) codePoint;
            return at + 1;
        }
        if (codePoint < 0x800) {
            bytes[at] = (byte) (0xc0 | codePoint >> 6);
            bytes[at + 1] = (byte) (0x80 | codePoint & 0x3f);
            return at + 2;
        }
        if (codePoint < 0x10000) {
            bytes[at] = (byte) (0xe0 | codePoint >> 12);
            bytes[at + 1] = (byte) (0x80 | codePoint >> 6 & 0x3f);
            bytes[at + 2] = (byte) (0x80 | codePoint & 0x3f);
            return at + 3;
        }
        bytes[at] = (byte) (0xf0 | codePoint >> 18);
        bytes[at + 1] = (byte) (0x80 | codePoint >> 12 & 0x3f);
        bytes[at + 2] = (byte) (0x80 | codePoint >> 6 & 0x3f);
        bytes[at + 3] = (byte) (0x80 | codePoint & 0x3f);
        return at + 4;
    }
}
