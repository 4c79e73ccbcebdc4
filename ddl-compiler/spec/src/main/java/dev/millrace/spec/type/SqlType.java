package dev.millrace.spec.type;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * A column's type as MySQL names it, with its Arrow and DuckDB forms.
 *
 * @param kind the family
 * @param length characters of CHAR and VARCHAR, bytes of BINARY and VARBINARY, precision of DECIMAL, fractional digits
 *     of DATETIME and TIMESTAMP; 0 for the rest
 * @param scale digits behind the point of a DECIMAL; 0 for the rest
 */
public record SqlType(Kind kind, int length, int scale) {
    /** Longest VARCHAR, in characters, and VARBINARY, in bytes. Longer values are TEXT or BLOB. */
    public static final int LENGTH_MAX = 65_535;

    /** Longest CHAR and BINARY. */
    public static final int FIXED_LENGTH_MAX = 255;

    /** DuckDB's and Arrow's 128-bit decimals end here; MySQL's own limit is 65. */
    public static final int PRECISION_MAX = 38;

    /** MySQL's largest scale of a DECIMAL. */
    public static final int SCALE_MAX = 30;

    /** Fractional digits of a second: microseconds. */
    public static final int FRACTION_MAX = 6;

    /** Families of types. MySQL's other spellings (INTEGER, NUMERIC, LONGTEXT, …) are folded into these. */
    public enum Kind {
        BOOL,
        TINYINT,
        SMALLINT,
        INT,
        BIGINT,
        FLOAT,
        DOUBLE,
        DECIMAL,
        CHAR,
        VARCHAR,
        TEXT,
        BINARY,
        VARBINARY,
        BLOB,
        DATE,
        DATETIME,
        TIMESTAMP,
        JSON
    }

    public SqlType {
        requireNonNull(kind, "kind");
        boolean fits = switch (kind) {
            case CHAR, BINARY -> length >= 0 && length <= FIXED_LENGTH_MAX && scale == 0;
            case VARCHAR, VARBINARY -> length >= 0 && length <= LENGTH_MAX && scale == 0;
            case DECIMAL ->
                length >= 1 && length <= PRECISION_MAX && scale >= 0 && scale <= Math.min(length, SCALE_MAX);
            case DATETIME, TIMESTAMP -> length >= 0 && length <= FRACTION_MAX && scale == 0;
            case BOOL, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, TEXT, BLOB, DATE, JSON ->
                length == 0 && scale == 0;
        };
        if (!fits) {
            throw new StatementException(
                    SqlState.WRONG_COLUMN_SPECIFIER, "type " + text(kind, length, scale) + " is out of bounds");
        }
    }

    public static SqlType of(Kind kind) {
        return new SqlType(kind, 0, 0);
    }

    public static SqlType of(Kind kind, int length) {
        return new SqlType(kind, length, 0);
    }

    public static SqlType decimal(int precision, int scale) {
        return new SqlType(Kind.DECIMAL, precision, scale);
    }

    /** The canonical SQL text: {@code VARCHAR(20)}, {@code DECIMAL(10,2)}, {@code DATETIME(6)}. */
    public String sql() {
        return text(kind, length, scale);
    }

    /** The column's type inside DuckDB. Lengths of strings are checked by load, not by DuckDB. */
    public String duckdb() {
        return switch (kind) {
            case BOOL -> "BOOLEAN";
            case TINYINT -> "TINYINT";
            case SMALLINT -> "SMALLINT";
            case INT -> "INTEGER";
            case BIGINT -> "BIGINT";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case DECIMAL -> "DECIMAL(" + length + "," + scale + ")";
            case CHAR, VARCHAR, TEXT, JSON -> "VARCHAR";
            case BINARY, VARBINARY, BLOB -> "BLOB";
            case DATE -> "DATE";
            case DATETIME, TIMESTAMP -> "TIMESTAMP";
        };
    }

    /** The column's type in an Arrow batch; what DuckDB exports for {@link #duckdb()}. */
    public ArrowType arrow() {
        return switch (kind) {
            case BOOL -> ArrowType.Bool.INSTANCE;
            case TINYINT -> new ArrowType.Int(8, true);
            case SMALLINT -> new ArrowType.Int(16, true);
            case INT -> new ArrowType.Int(32, true);
            case BIGINT -> new ArrowType.Int(64, true);
            case FLOAT -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
            case DOUBLE -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case DECIMAL -> new ArrowType.Decimal(length, scale, 128);
            case CHAR, VARCHAR, TEXT, JSON -> ArrowType.Utf8.INSTANCE;
            case BINARY, VARBINARY, BLOB -> ArrowType.Binary.INSTANCE;
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case DATETIME, TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
        };
    }

    public boolean isText() {
        return switch (kind) {
            case CHAR, VARCHAR, TEXT, JSON -> true;
            case BOOL,
                    TINYINT,
                    SMALLINT,
                    INT,
                    BIGINT,
                    FLOAT,
                    DOUBLE,
                    DECIMAL,
                    BINARY,
                    VARBINARY,
                    BLOB,
                    DATE,
                    DATETIME,
                    TIMESTAMP -> false;
        };
    }

    public boolean isInteger() {
        return switch (kind) {
            case TINYINT, SMALLINT, INT, BIGINT -> true;
            case BOOL,
                    CHAR,
                    VARCHAR,
                    TEXT,
                    JSON,
                    FLOAT,
                    DOUBLE,
                    DECIMAL,
                    BINARY,
                    VARBINARY,
                    BLOB,
                    DATE,
                    DATETIME,
                    TIMESTAMP -> false;
        };
    }

    private static String text(Kind kind, int length, int scale) {
        return switch (kind) {
            case CHAR, VARCHAR, BINARY, VARBINARY -> kind + "(" + length + ")";
            case DECIMAL -> "DECIMAL(" + length + "," + scale + ")";
            case DATETIME, TIMESTAMP -> length == 0 ? kind.name() : kind + "(" + length + ")";
            case BOOL, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, TEXT, BLOB, DATE, JSON -> kind.name();
        };
    }
}
