package dev.millrace.transform.load;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * A decimal number in text, as MySQL reads one: white space around it, a sign, digits with a point anywhere or none, an
 * exponent. One object is used again and again; {@link #read} replaces what it holds.
 */
final class DecimalText {
    /** Digits a long always holds. */
    static final int LONG_DIGITS = 18;

    /** No column keeps more than 38, and rounding looks at one more. */
    private static final int DIGITS_KEPT_MAX = 40;

    /** Far past every range, far from overflow when digits are counted in. */
    private static final long EXPONENT_MAX = 10_000_000_000L;

    private static final long[] POWERS = new long[LONG_DIGITS + 1];
    private static final BigInteger[] BIG_POWERS = new BigInteger[DIGITS_KEPT_MAX + 1];
    private static final double[] DOUBLE_POWERS = new double[23];

    static {
        BigInteger big = BigInteger.ONE;
        for (int i = 0; i < BIG_POWERS.length; i++) {
            BIG_POWERS[i] = big;
            if (i < POWERS.length) {
                POWERS[i] = big.longValueExact();
            }
            if (i < DOUBLE_POWERS.length) {
                DOUBLE_POWERS[i] = big.doubleValue();
            }
            big = big.multiply(BigInteger.TEN);
        }
    }

    private boolean negative;
    /* The number's size is mantissa × 10^exponent, or kept × 10^exponent if kept is there. */
    private long mantissa;
    private BigInteger kept;
    private long exponent;
    /* What round() left: narrow, or wide if that is there. */
    private long narrow;
    private BigInteger wide;

    /** Ten to the {@code power}, at most 40. */
    static BigInteger bigPower(int power) {
        return BIG_POWERS[power];
    }

    /** Ten to the {@code power}, at most 18. */
    static long power(int power) {
        return POWERS[power];
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }

    /** Takes in a number; false if the text is none. */
    boolean read(byte[] bytes, int from, int to) {
        int at = from;
        int end = to;
        while (at < end && isSpace(bytes[at])) {
            at++;
        }
        while (at < end && isSpace(bytes[end - 1])) {
            end--;
        }
        if (at == end) {
            return false;
        }
        negative = bytes[at] == '-';
        if (negative || bytes[at] == '+') {
            at++;
        }
        kept = null;
        int digitsStart = at;
        long sum = 0;
        int digits = 0;
        int point = -1;
        int seen = 0;
        for (; at < end; at++) {
            int digit = bytes[at] - '0';
            if (digit >= 0 && digit <= 9) {
                seen++;
                digits += digits == 0 && digit == 0 ? 0 : 1;
                if (digits <= LONG_DIGITS) {
                    sum = sum * 10 + digit;
                }
            } else if (bytes[at] == '.' && point < 0) {
                point = at;
            } else {
                break;
            }
        }
        if (seen == 0) {
            return false;
        }
        int digitsEnd = at;
        mantissa = sum;
        exponent = point < 0 ? 0 : point + 1 - digitsEnd;
        if (at < end && !readExponent(bytes, at, end)) {
            return false;
        }
        if (digits > LONG_DIGITS) {
            keep(bytes, digitsStart, digitsEnd, digits);
        }
        return true;
    }

    private boolean readExponent(byte[] bytes, int from, int end) {
        int at = from;
        if (bytes[at] != 'e' && bytes[at] != 'E') {
            return false;
        }
        at++;
        boolean down = at < end && bytes[at] == '-';
        if (at < end && (down || bytes[at] == '+')) {
            at++;
        }
        if (at == end) {
            return false;
        }
        long power = 0;
        for (; at < end; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            power = Math.min(power * 10 + digit, EXPONENT_MAX);
        }
        exponent += down ? -power : power;
        return true;
    }

    /* Digits behind the fortieth change no column: half is rounded up whatever follows. */
    private void keep(byte[] bytes, int from, int to, int digits) {
        StringBuilder text = new StringBuilder(DIGITS_KEPT_MAX);
        for (int at = from; text.length() < Math.min(digits, DIGITS_KEPT_MAX); at++) {
            if (bytes[at] != '.' && (bytes[at] != '0' || text.length() > 0)) {
                text.append((char) bytes[at]);
            }
        }
        kept = new BigInteger(text.toString());
        exponent += digits - text.length();
    }

    /**
     * Rounds the number times 10^scale half away from zero.
     *
     * @return whether the result is {@link #narrow}; else it is {@link #wide}, and past 10^38 only its size is meant
     */
    boolean round(int scale) {
        long shift = exponent + scale;
        wide = null;
        if (kept == null) {
            if (mantissa == 0 || shift < -LONG_DIGITS) {
                narrow = 0;
                return true;
            }
            if (shift <= 0) {
                long power = POWERS[(int) -shift];
                long quotient = mantissa / power;
                long rest = mantissa - quotient * power;
                sign(rest * 2 >= power ? quotient + 1 : quotient);
                return true;
            }
            if (shift <= LONG_DIGITS && mantissa < POWERS[(int) (LONG_DIGITS - shift)]) {
                sign(mantissa * POWERS[(int) shift]);
                return true;
            }
        }
        BigInteger size = roundBig(kept == null ? BigInteger.valueOf(mantissa) : kept, shift);
        wide = negative ? size.negate() : size;
        if (wide.bitLength() < Long.SIZE) {
            narrow = wide.longValueExact();
            return true;
        }
        return false;
    }

    private static BigInteger roundBig(BigInteger size, long shift) {
        if (shift >= 0) {
            return shift < DIGITS_KEPT_MAX
                    ? size.multiply(BIG_POWERS[(int) shift])
                    : size.multiply(BIG_POWERS[DIGITS_KEPT_MAX]);
        }
        if (shift < -DIGITS_KEPT_MAX) {
            return BigInteger.ZERO;
        }
        BigInteger power = BIG_POWERS[(int) -shift];
        BigInteger[] parts = size.divideAndRemainder(power);
        return parts[1].shiftLeft(1).compareTo(power) >= 0 ? parts[0].add(BigInteger.ONE) : parts[0];
    }

    private void sign(long size) {
        narrow = negative ? -size : size;
    }

    long narrow() {
        return narrow;
    }

    BigInteger wide() {
        return wide;
    }

    /** The nearest double; infinite if there is none. The text is what {@link #read} took. */
    double toDouble(byte[] bytes, int from, int to) {
        if (kept == null && mantissa < 1L << 53 && exponent >= -22 && exponent <= 22) {
            // Both factors are exact, so one rounding is left: Clinger's fast path.
            double size =
                    exponent < 0 ? mantissa / DOUBLE_POWERS[(int) -exponent] : mantissa * DOUBLE_POWERS[(int) exponent];
            return negative ? -size : size;
        }
        return Double.parseDouble(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
    }
}
