package dev.millrace.ddl.check.operator;

import dev.millrace.spec.type.SqlType;
import org.apache.calcite.rel.type.RelDataType;

/**
 * Division of exact numbers, rounded half away from zero to the scale of the result; NULL by zero. DuckDB divides
 * decimals as DOUBLE, so the digits are divided as HUGEINT: first the whole quotient, then the remainder with the digits
 * behind the point, which overflows only where the result does, or beyond some 30 digits of the divisor.
 */
public final class Division {
    /** Operands longer than this are written once and bound to a name, or nested divisions would grow exponentially. */
    private static final int REPEATED_LENGTH_MAX = 120;

    /** Digits of a decimal that DuckDB holds in 64 bits, and keeps there when it adds or multiplies. */
    static final int SHORT_MAX = 18;

    /**
     * An exact number.
     *
     * @param digits it has at most, those behind the point included
     * @param scale digits behind the point that it has at most
     */
    public record Operand(String sql, int digits, int scale) {
        /** An expression of a type. */
        public static Operand of(String sql, RelDataType type) {
            return new Operand(sql, Types.digits(type), Types.scale(type));
        }

        /** The integer that the number has as its digits, with so many of them behind the point. */
        String unscaled(int places) {
            if (places == 0) {
                return "CAST(" + sql + " AS HUGEINT)";
            }
            String number =
                    digits <= SHORT_MAX && digits + places > SHORT_MAX ? lengthened(sql, scale) : "(" + sql + ")";
            return "CAST(" + number + " * " + power(places) + " AS HUGEINT)";
        }
    }

    private Division() {}

    /** A decimal in a type that DuckDB holds in 128 bits. */
    static String lengthened(String sql, int scale) {
        return "CAST(" + sql + " AS DECIMAL(" + (SHORT_MAX + 1) + "," + scale + "))";
    }

    private static String power(int exponent) {
        String digits = "1" + "0".repeat(exponent);
        return exponent <= 9 ? digits : "CAST('" + digits + "' AS HUGEINT)";
    }

    /**
     * A quotient.
     *
     * @param type a DECIMAL whose scale is at least that of the dividend less that of the divisor
     */
    public static String exact(Operand dividend, Operand divisor, RelDataType type) {
        int shift = Math.max(0, type.getScale() - dividend.scale() + divisor.scale());
        boolean roomy =
                dividend.digits() + shift + 1 <= SqlType.PRECISION_MAX && divisor.digits() + 1 <= SqlType.PRECISION_MAX;
        String a = dividend.unscaled(dividend.scale());
        String b = divisor.unscaled(divisor.scale());
        String digits;
        if (a.length() + b.length() <= REPEATED_LENGTH_MAX) {
            digits = roomy ? quick(a, b, shift) : rounded(a, b, shift);
        } else {
            digits = "list_transform([{'a': " + a + ", 'b': " + b + "}], lambda q: "
                    + (roomy ? quick("q.a", "q.b", shift) : rounded("q.a", "q.b", shift)) + ")[1]";
        }
        return scaled(digits, type);
    }

    /** Twice the dividend and, away from zero, the divisor, through twice the divisor, cut: that is rounded. */
    private static String quick(String a, String b, int shift) {
        return "((" + a + " * " + power(shift) + " * 2 + sign(" + a + ") * abs(" + b + ")) // nullif(" + b
                + " * 2, 0))";
    }

    private static String rounded(String a, String b, int shift) {
        String divisor = "nullif(" + b + ", 0)";
        String factor = power(shift);
        String rest = "((" + a + " % " + divisor + ") * " + factor + ")";
        String half = "CASE WHEN abs(" + rest + " % " + divisor + ") * 2 >= abs(" + b + ") THEN CASE WHEN (" + a
                + " < 0) = (" + b + " < 0) THEN 1 ELSE -1 END ELSE 0 END";
        return "((" + a + " // " + divisor + ") * " + factor + " + " + rest + " // " + divisor + " + " + half + ")";
    }

    /** Digits as a decimal of the type: moving the point by a multiplication, which is exact. */
    private static String scaled(String digits, RelDataType type) {
        String number = "CAST(" + digits + " AS DECIMAL(38,0))";
        if (type.getScale() > 0) {
            number = number + " * CAST('0." + "0".repeat(type.getScale() - 1) + "1' AS DECIMAL(" + type.getScale() + ","
                    + type.getScale() + "))";
        }
        return "CAST(" + number + " AS " + Types.duckdb(type) + ")";
    }
}
