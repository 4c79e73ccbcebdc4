package dev.millrace.aggregator.execute;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.spec.type.SqlType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TimeStampMilliVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;

/** Cells of Arrow batches as the values that {@link RowCursor} promises. */
final class ColumnValues {
    private ColumnValues() {}

    /** A cell, made to fit the kind that the plan promised for its column. */
    static Object read(FieldVector vector, int row, SqlType type) {
        if (vector instanceof NullVector || vector.isNull(row)) {
            return null;
        }
        Object raw = raw(vector, row);
        return switch (type.kind()) {
            case BOOL -> raw instanceof Boolean ? raw : (Object) (((Number) raw).doubleValue() != 0);
            case TINYINT, SMALLINT, INT, BIGINT -> whole(raw);
            case FLOAT, DOUBLE -> ((Number) raw).doubleValue();
            case DECIMAL -> decimal(raw, type);
            case CHAR, VARCHAR, TEXT, JSON -> raw instanceof byte[] bytes ? new String(bytes, UTF_8) : raw.toString();
            case BINARY, VARBINARY, BLOB -> raw instanceof String text ? text.getBytes(UTF_8) : raw;
            case DATE, DATETIME, TIMESTAMP -> raw;
        };
    }

    private static Object raw(FieldVector vector, int row) {
        if (vector instanceof BaseIntVector integers) {
            return integers.getValueAsLong(row);
        }
        if (vector instanceof VarCharVector text) {
            return new String(text.get(row), UTF_8);
        }
        if (vector instanceof Float8Vector doubles) {
            return doubles.get(row);
        }
        if (vector instanceof DecimalVector decimals) {
            return decimals.getObject(row);
        }
        if (vector instanceof TimeStampMicroVector times) {
            return times.get(row);
        }
        if (vector instanceof DateDayVector days) {
            return (long) days.get(row);
        }
        if (vector instanceof BitVector bits) {
            return bits.get(row) != 0;
        }
        if (vector instanceof Float4Vector floats) {
            return (double) floats.get(row);
        }
        if (vector instanceof VarBinaryVector binary) {
            return binary.get(row);
        }
        return rare(vector, row);
    }

    private static Object rare(FieldVector vector, int row) {
        if (vector instanceof TimeStampMicroTZVector times) {
            return times.get(row);
        }
        if (vector instanceof TimeStampMilliVector times) {
            return times.get(row) * 1_000L;
        }
        if (vector instanceof TimeStampSecVector times) {
            return times.get(row) * 1_000_000L;
        }
        if (vector instanceof TimeStampNanoVector times) {
            return Math.floorDiv(times.get(row), 1_000L);
        }
        throw new IllegalStateException("a result column of Arrow type " + vector.getField());
    }

    private static Long whole(Object raw) {
        if (raw instanceof Long number) {
            return number;
        }
        if (raw instanceof Boolean flag) {
            return flag ? 1L : 0L;
        }
        if (raw instanceof BigDecimal number) {
            return number.setScale(0, RoundingMode.HALF_UP).longValueExact();
        }
        return Math.round(((Number) raw).doubleValue());
    }

    private static BigDecimal decimal(Object raw, SqlType type) {
        if (raw instanceof BigDecimal number) {
            return number;
        }
        BigDecimal number = raw instanceof Long whole
                ? BigDecimal.valueOf(whole)
                : BigDecimal.valueOf(((Number) raw).doubleValue());
        return number.setScale(type.scale(), RoundingMode.HALF_UP);
    }
}
