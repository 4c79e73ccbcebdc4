package dev.millrace.aggregator.jdbc;

import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.sql.DatabaseMetaData;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.avatica.AvaticaParameter;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.ColumnMetaData.Rep;
import org.apache.calcite.avatica.remote.TypedValue;
import org.apache.calcite.avatica.util.ByteString;

/** SQL types and values as Avatica carries them. */
final class WireTypes {
    private static final int TEXT_LENGTH = 65_535;
    private static final int MILLI_DIGITS = 3;

    private WireTypes() {}

    /** The JDBC type. CHAR is VARCHAR: Avatica's client would pad it with blanks, MySQL strips them. */
    static int jdbcType(SqlType type) {
        return switch (type.kind()) {
            case BOOL -> Types.BOOLEAN;
            case TINYINT -> Types.TINYINT;
            case SMALLINT -> Types.SMALLINT;
            case INT -> Types.INTEGER;
            case BIGINT -> Types.BIGINT;
            case FLOAT -> Types.REAL;
            case DOUBLE -> Types.DOUBLE;
            case DECIMAL -> Types.DECIMAL;
            case CHAR, VARCHAR, TEXT, JSON -> Types.VARCHAR;
            case BINARY, VARBINARY, BLOB -> Types.VARBINARY;
            case DATE -> Types.DATE;
            case DATETIME, TIMESTAMP -> Types.TIMESTAMP;
        };
    }

    private static Rep rep(SqlType type) {
        return switch (type.kind()) {
            case BOOL -> Rep.BOOLEAN;
            case TINYINT -> Rep.BYTE;
            case SMALLINT -> Rep.SHORT;
            case INT, DATE -> Rep.INTEGER;
            case BIGINT, DATETIME, TIMESTAMP -> Rep.LONG;
            case FLOAT -> Rep.FLOAT;
            case DOUBLE -> Rep.DOUBLE;
            case DECIMAL -> Rep.NUMBER;
            case CHAR, VARCHAR, TEXT, JSON -> Rep.STRING;
            case BINARY, VARBINARY, BLOB -> Rep.BYTE_STRING;
        };
    }

    /** JDBC's column size: digits of numbers, characters of text. */
    static int precision(SqlType type) {
        return switch (type.kind()) {
            case BOOL -> 1;
            case TINYINT -> 3;
            case SMALLINT -> 5;
            case INT, DATE -> 10;
            case BIGINT -> 19;
            case FLOAT -> 7;
            case DOUBLE -> 15;
            case DECIMAL, CHAR, VARCHAR, BINARY, VARBINARY -> type.length();
            case TEXT, JSON, BLOB -> TEXT_LENGTH;
            case DATETIME, TIMESTAMP -> type.length() == 0 ? 19 : 20 + type.length();
        };
    }

    private static String className(SqlType type) {
        return switch (type.kind()) {
            case BOOL -> "java.lang.Boolean";
            case TINYINT -> "java.lang.Byte";
            case SMALLINT -> "java.lang.Short";
            case INT -> "java.lang.Integer";
            case BIGINT -> "java.lang.Long";
            case FLOAT -> "java.lang.Float";
            case DOUBLE -> "java.lang.Double";
            case DECIMAL -> "java.math.BigDecimal";
            case CHAR, VARCHAR, TEXT, JSON -> "java.lang.String";
            case BINARY, VARBINARY, BLOB -> "[B";
            case DATE -> "java.sql.Date";
            case DATETIME, TIMESTAMP -> "java.sql.Timestamp";
        };
    }

    /** @param micros whether the client reads timestamps as microseconds */
    static List<ColumnMetaData> columns(List<ResultColumn> columns, boolean micros) {
        List<ColumnMetaData> metadata = new ArrayList<>(columns.size());
        for (ResultColumn column : columns) {
            metadata.add(column(metadata.size(), column, micros));
        }
        return metadata;
    }

    private static ColumnMetaData column(int ordinal, ResultColumn column, boolean micros) {
        SqlType type = column.type();
        Optional<ResultColumn.Origin> origin = column.origin();
        boolean numeric = type.isInteger()
                || type.kind() == SqlType.Kind.DECIMAL
                || type.kind() == SqlType.Kind.FLOAT
                || type.kind() == SqlType.Kind.DOUBLE;
        boolean time = type.kind() == SqlType.Kind.DATETIME || type.kind() == SqlType.Kind.TIMESTAMP;
        return new ColumnMetaData(
                ordinal,
                false,
                true,
                true,
                false,
                column.nullable() ? DatabaseMetaData.columnNullable : DatabaseMetaData.columnNoNulls,
                numeric,
                precision(type),
                column.label(),
                origin.map(ResultColumn.Origin::column).orElse(column.label()),
                origin.map(ResultColumn.Origin::database).orElse(""),
                // Avatica's client prints so many digits of a timestamp's seconds; its wire has three.
                time ? Math.min(type.length(), micros ? SqlType.FRACTION_MAX : MILLI_DIGITS) : precision(type),
                type.kind() == SqlType.Kind.DECIMAL ? type.scale() : time ? type.length() : 0,
                origin.map(ResultColumn.Origin::table).orElse(""),
                "",
                ColumnMetaData.scalar(jdbcType(type), type.kind().name(), rep(type)),
                true,
                false,
                false,
                className(type));
    }

    static AvaticaParameter parameter(int index, Optional<SqlType> type) {
        SqlType known = type.orElse(SqlType.of(SqlType.Kind.TEXT));
        return new AvaticaParameter(
                true,
                precision(known),
                known.scale(),
                jdbcType(known),
                known.kind().name(),
                className(known),
                "?" + (index + 1));
    }

    /** A value of a {@code RowCursor} as a frame carries it. */
    static Object toWire(Object value, SqlType type, boolean micros) {
        if (value == null) {
            return null;
        }
        return switch (type.kind()) {
            case TINYINT -> ((Long) value).byteValue();
            case SMALLINT -> ((Long) value).shortValue();
            case INT, DATE -> ((Long) value).intValue();
            case FLOAT -> ((Double) value).floatValue();
            case DATETIME, TIMESTAMP -> micros ? value : (Object) Math.floorDiv((Long) value, 1_000L);
            case DOUBLE -> finite((Double) value);
            // Binary stays an array: both serializations make what their clients expect of it.
            case BOOL, BIGINT, DECIMAL, CHAR, VARCHAR, TEXT, JSON, BINARY, VARBINARY, BLOB -> value;
        };
    }

    /** MySQL has no infinity, and JSON no word for it. */
    private static Double finite(Double value) {
        if (value.isInfinite() || value.isNaN()) {
            throw new StatementException(SqlState.NUMERIC_OVERFLOW, "DOUBLE value is out of range");
        }
        return value;
    }

    /** A parameter as statements take it; a parameter that was never set is NULL. */
    static Object fromWire(TypedValue typed) {
        if (typed == null || typed.value == null) {
            return null;
        }
        Object value = typed.value;
        return switch (typed.type) {
            case BYTE_STRING -> ByteString.ofBase64((String) value).getBytes();
            case JAVA_SQL_DATE -> LocalDate.ofEpochDay(((Number) value).longValue());
            case JAVA_SQL_TIME ->
                LocalTime.ofNanoOfDay(((Number) value).longValue() * 1_000_000L).toString();
            case JAVA_SQL_TIMESTAMP, JAVA_UTIL_DATE -> {
                long millis = ((Number) value).longValue();
                yield LocalDateTime.ofEpochSecond(
                        Math.floorDiv(millis, 1_000L), (int) Math.floorMod(millis, 1_000L) * 1_000_000, ZoneOffset.UTC);
            }
            case DOUBLE, PRIMITIVE_DOUBLE -> ((Number) value).doubleValue();
            case FLOAT, PRIMITIVE_FLOAT -> ((Number) value).floatValue();
            case LONG, PRIMITIVE_LONG, INTEGER, PRIMITIVE_INT, SHORT, PRIMITIVE_SHORT, BYTE, PRIMITIVE_BYTE ->
                ((Number) value).longValue();
            case NUMBER ->
                value instanceof Integer || value instanceof Long ? (Object) ((Number) value).longValue() : value;
            case CHARACTER, PRIMITIVE_CHAR -> value.toString();
            default -> value;
        };
    }
}
