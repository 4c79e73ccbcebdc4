package dev.millrace.ddl.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.parser.SqlParsers;
import dev.millrace.ddl.print.Quoting;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.NlsString;

/**
 * A DEFAULT: a literal that fits its column exactly, or the current time. DuckDB's form has the column's own type, so
 * that no engine has to convert it again.
 */
final class DefaultValue {
    private static final Set<String> NOW =
            Set.of("CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP", "UTC_TIMESTAMP", "SYSDATE");
    private static final Set<String> TODAY = Set.of("CURRENT_DATE", "CURDATE", "UTC_DATE");

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .appendPattern("HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);

    private final SqlText text;
    private final SqlType type;
    private final String column;

    private DefaultValue(SqlText text, SqlType type, String column) {
        this.text = text;
        this.type = type;
        this.column = column;
    }

    /** Empty for NULL. */
    static Optional<SqlExpression> compile(SqlText text, SqlType type, String column) {
        DefaultValue value = new DefaultValue(text, type, column);
        return value.compile(SqlParsers.expression(text));
    }

    private Optional<SqlExpression> compile(SqlNode node) {
        if (node instanceof SqlLiteral literal) {
            return literal(literal);
        }
        if (node instanceof SqlIdentifier identifier && identifier.isSimple()) {
            return Optional.of(time(identifier.getSimple(), List.of()));
        }
        if (node instanceof SqlCall call) {
            if (call.getKind() == SqlKind.MINUS_PREFIX || call.getKind() == SqlKind.PLUS_PREFIX) {
                BigDecimal number = number(call.operand(0));
                return Optional.of(of(call.getKind() == SqlKind.MINUS_PREFIX ? number.negate() : number));
            }
            if (call.getKind() == SqlKind.LITERAL_CHAIN) {
                StringBuilder chain = new StringBuilder();
                call.getOperandList().forEach(part -> chain.append(((SqlLiteral) part).toValue()));
                return Optional.of(of(chain.toString()));
            }
            return Optional.of(time(call.getOperator().getName(), call.getOperandList()));
        }
        throw unsupported();
    }

    private StatementException unsupported() {
        return Later.unsupported("DEFAULT " + text.sql(), text.at());
    }

    private StatementException invalid() {
        return new StatementException(
                SqlState.INVALID_DEFAULT,
                "Invalid default value for '" + column + "'",
                text.at().position());
    }

    private BigDecimal number(SqlNode node) {
        if (node instanceof SqlLiteral literal && SqlTypeName.NUMERIC_TYPES.contains(literal.getTypeName())) {
            return literal.bigDecimalValue();
        }
        throw unsupported();
    }

    private Optional<SqlExpression> literal(SqlLiteral literal) {
        SqlTypeName name = literal.getTypeName();
        if (name == SqlTypeName.NULL) {
            return Optional.empty();
        }
        if (name == SqlTypeName.BOOLEAN) {
            boolean value = literal.booleanValue();
            return Optional.of(of(value ? BigDecimal.ONE : BigDecimal.ZERO));
        }
        if (name == SqlTypeName.BINARY) {
            return Optional.of(bytes(HexFormat.of().parseHex(hex(literal))));
        }
        if (SqlTypeName.NUMERIC_TYPES.contains(name)) {
            return Optional.of(of(literal.bigDecimalValue()));
        }
        Object value = literal.getValue();
        return Optional.of(of(value instanceof NlsString string ? string.getValue() : String.valueOf(value)));
    }

    private static String hex(SqlLiteral literal) {
        return literal.getValueAs(org.apache.calcite.util.BitString.class).toHexString();
    }

    /** A number, or TRUE and FALSE, which are 1 and 0. */
    private SqlExpression of(BigDecimal number) {
        return switch (type.kind()) {
            case BOOL -> bool(number);
            case TINYINT -> integer(number, Byte.SIZE);
            case SMALLINT -> integer(number, Short.SIZE);
            case INT -> integer(number, Integer.SIZE);
            case BIGINT -> integer(number, Long.SIZE);
            case FLOAT -> floating(number, Math.abs(number.floatValue()) <= Float.MAX_VALUE);
            case DOUBLE -> floating(number, Math.abs(number.doubleValue()) <= Double.MAX_VALUE);
            case DECIMAL -> decimal(number);
            case CHAR, VARCHAR, TEXT -> of(number.toPlainString());
            case BINARY, VARBINARY, BLOB, DATE, DATETIME, TIMESTAMP, JSON -> throw invalid();
        };
    }

    private SqlExpression of(String value) {
        return switch (type.kind()) {
            case BOOL, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL -> of(parsed(value));
            case CHAR, VARCHAR -> {
                if (value.codePointCount(0, value.length()) > type.length()) {
                    throw invalid();
                }
                yield string(value);
            }
            case TEXT -> string(value);
            case JSON -> json(value);
            case BINARY, VARBINARY, BLOB -> bytes(value.getBytes(StandardCharsets.UTF_8));
            case DATE -> date(value);
            case DATETIME, TIMESTAMP -> timestamp(value);
        };
    }

    private BigDecimal parsed(String value) {
        try {
            return new BigDecimal(value.strip());
        } catch (NumberFormatException e) {
            throw invalid();
        }
    }

    private SqlExpression bool(BigDecimal number) {
        boolean one = number.compareTo(BigDecimal.ONE) == 0;
        if (!one && number.signum() != 0) {
            throw invalid();
        }
        return one ? new SqlExpression("TRUE", "true") : new SqlExpression("FALSE", "false");
    }

    private SqlExpression integer(BigDecimal number, int bits) {
        BigInteger value;
        try {
            value = number.toBigIntegerExact();
        } catch (ArithmeticException e) {
            throw invalid();
        }
        if (value.bitLength() >= bits) {
            throw invalid();
        }
        return cast(value.toString(), value.toString());
    }

    private SqlExpression floating(BigDecimal number, boolean fits) {
        if (!fits) {
            throw invalid();
        }
        // With an exponent, so that it reads back as what it is and DuckDB never sees a DECIMAL.
        String value = Double.toString(number.doubleValue());
        String text = value.contains("E") ? value : value + "E0";
        return cast(text, text);
    }

    private SqlExpression decimal(BigDecimal number) {
        BigDecimal value = number.setScale(type.scale(), RoundingMode.HALF_UP);
        if (value.precision() > type.length() && value.signum() != 0) {
            throw invalid();
        }
        return cast(value.toPlainString(), "'" + value.toPlainString() + "'");
    }

    private SqlExpression cast(String sql, String duckdb) {
        return new SqlExpression(sql, "CAST(" + duckdb + " AS " + type.duckdb() + ")");
    }

    private SqlExpression string(String value) {
        if (value.indexOf('\0') >= 0) {
            throw invalid();
        }
        return new SqlExpression(Quoting.string(value), "'" + value.replace("'", "''") + "'");
    }

    private SqlExpression json(String value) {
        try {
            JSON.readTree(value);
        } catch (JsonProcessingException e) {
            throw invalid();
        }
        return string(value);
    }

    private SqlExpression bytes(byte[] value) {
        boolean bytes = type.kind() == SqlType.Kind.BLOB || value.length <= type.length();
        boolean binary = type.kind() == SqlType.Kind.BINARY
                || type.kind() == SqlType.Kind.VARBINARY
                || type.kind() == SqlType.Kind.BLOB;
        if (!binary || !bytes) {
            throw invalid();
        }
        String hex = HexFormat.of().withUpperCase().formatHex(value);
        return new SqlExpression("X'" + hex + "'", "from_hex('" + hex + "')");
    }

    private SqlExpression date(String value) {
        try {
            LocalDate date = LocalDate.parse(value.strip());
            return new SqlExpression("'" + date + "'", "DATE '" + date + "'");
        } catch (DateTimeParseException e) {
            throw invalid();
        }
    }

    private SqlExpression timestamp(String value) {
        String stripped = value.strip().replace('T', ' ');
        LocalDateTime time;
        try {
            time = stripped.length() <= 10
                    ? LocalDate.parse(stripped).atStartOfDay()
                    : LocalDateTime.parse(stripped, TIME);
        } catch (DateTimeParseException e) {
            throw invalid();
        }
        long unit = 1_000_000_000L / (long) Math.pow(10, type.length());
        LocalDateTime rounded = time.plusNanos(unit / 2);
        rounded = rounded.truncatedTo(ChronoUnit.SECONDS).plusNanos(rounded.getNano() / unit * unit);
        String text = TIME.format(rounded);
        return new SqlExpression("'" + text + "'", "TIMESTAMP '" + text + "'");
    }

    /** {@code now()} is when the statement began; its microseconds since 1970 do not depend on a time zone. */
    private SqlExpression time(String function, List<SqlNode> arguments) {
        String name = function.toUpperCase(Locale.ROOT);
        boolean instant = type.kind() == SqlType.Kind.DATETIME || type.kind() == SqlType.Kind.TIMESTAMP;
        if (TODAY.contains(name) && arguments.isEmpty()) {
            if (type.kind() != SqlType.Kind.DATE) {
                throw invalid();
            }
            return new SqlExpression("(CURRENT_DATE)", "CAST(make_timestamp(epoch_us(now())) AS DATE)");
        }
        if (!NOW.contains(name) || arguments.size() > 1) {
            throw unsupported();
        }
        int digits = arguments.isEmpty() ? 0 : number(arguments.get(0)).intValue();
        if (!instant || digits != type.length()) {
            throw invalid();
        }
        if (digits == SqlType.FRACTION_MAX) {
            return new SqlExpression("CURRENT_TIMESTAMP(6)", "make_timestamp(epoch_us(now()))");
        }
        long unit = (long) Math.pow(10, SqlType.FRACTION_MAX - digits);
        String sql = digits == 0 ? "CURRENT_TIMESTAMP" : "CURRENT_TIMESTAMP(" + digits + ")";
        return new SqlExpression(sql, "make_timestamp(epoch_us(now()) // " + unit + " * " + unit + ")");
    }
}
