package dev.millrace.aggregator.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CoercionTest {
    private static Object coerce(SqlType type, Object value) {
        return Coercion.coerce(new ColumnSpec("c", type, true, Optional.empty()), value, 3);
    }

    private static Object coerce(Kind kind, Object value) {
        return coerce(SqlType.of(kind), value);
    }

    private static void refused(SqlType type, Object value, SqlState state, String message) {
        assertThatThrownBy(() -> coerce(type, value))
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(state))
                .hasMessage(message);
    }

    @Test
    void integersAreRoundedHalfAwayFromZero() {
        assertThat(coerce(Kind.INT, new BigDecimal("2.5"))).isEqualTo(3L);
        assertThat(coerce(Kind.INT, new BigDecimal("-2.5"))).isEqualTo(-3L);
        assertThat(coerce(Kind.INT, "12")).isEqualTo(12L);
        assertThat(coerce(Kind.BIGINT, Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
        assertThat(coerce(Kind.TINYINT, true)).isEqualTo(1L);
        assertThat(coerce(Kind.INT, 1e3)).isEqualTo(1000L);
    }

    @Test
    void numbersBeyondTheColumnAreOutOfRange() {
        String message = "Out of range value for column 'c' at row 3";
        refused(SqlType.of(Kind.TINYINT), 128, SqlState.OUT_OF_RANGE, message);
        refused(SqlType.of(Kind.BIGINT), new BigDecimal("9223372036854775808"), SqlState.OUT_OF_RANGE, message);
        refused(SqlType.decimal(5, 2), new BigDecimal("1000"), SqlState.OUT_OF_RANGE, message);
        refused(SqlType.of(Kind.FLOAT), 1e300, SqlState.OUT_OF_RANGE, message);
        refused(SqlType.of(Kind.INT), "1e999999999", SqlState.OUT_OF_RANGE, message);
    }

    @Test
    void textThatIsNoNumberIsNamed() {
        refused(
                SqlType.of(Kind.INT),
                "12abc",
                SqlState.INCORRECT_VALUE,
                "Incorrect integer value: '12abc' for column 'c' at row 3");
        refused(
                SqlType.of(Kind.DOUBLE),
                "NaN",
                SqlState.INCORRECT_VALUE,
                "Incorrect double value: 'NaN' for column 'c' at row 3");
        refused(
                SqlType.of(Kind.INT),
                "",
                SqlState.INCORRECT_VALUE,
                "Incorrect integer value: '' for column 'c' at row 3");
    }

    @Test
    void decimalsAreRoundedToTheirScale() {
        assertThat(coerce(SqlType.decimal(5, 2), new BigDecimal("1.005"))).isEqualTo(new BigDecimal("1.01"));
        assertThat(coerce(SqlType.decimal(5, 2), 7)).isEqualTo(new BigDecimal("7.00"));
        assertThat(coerce(SqlType.decimal(38, 0), "99999999999999999999999999999999999999"))
                .isEqualTo(new BigDecimal("99999999999999999999999999999999999999"));
    }

    @Test
    void textLongerThanTheColumnIsRefusedButBlanksMayGo() {
        assertThat(coerce(SqlType.of(Kind.VARCHAR, 3), "äöü")).isEqualTo("äöü");
        assertThat(coerce(SqlType.of(Kind.VARCHAR, 2), "😀😀")).isEqualTo("😀😀");
        assertThat(coerce(SqlType.of(Kind.VARCHAR, 3), "abc  ")).isEqualTo("abc");
        assertThat(coerce(SqlType.of(Kind.VARCHAR, 3), "a  ")).isEqualTo("a  ");
        assertThat(coerce(SqlType.of(Kind.CHAR, 3), "a  ")).isEqualTo("a");
        refused(SqlType.of(Kind.VARCHAR, 3), "abcd", SqlState.DATA_TOO_LONG, "Data too long for column 'c' at row 3");
        assertThat(coerce(Kind.TEXT, new BigDecimal("1E+3"))).isEqualTo("1000");
    }

    @Test
    void datesAreReadAsMySqlReadsThem() {
        long day = LocalDate.of(2024, 2, 29).toEpochDay();
        assertThat(coerce(Kind.DATE, "2024-02-29")).isEqualTo(day);
        assertThat(coerce(Kind.DATE, "24/2/29")).isEqualTo(day);
        assertThat(coerce(Kind.DATE, 20240229)).isEqualTo(day);
        assertThat(coerce(Kind.DATE, "2024-02-29 10:00:00")).isEqualTo(day);
        refused(
                SqlType.of(Kind.DATE),
                "2023-02-29",
                SqlState.INCORRECT_VALUE,
                "Incorrect date value: '2023-02-29' for column 'c' at row 3");
    }

    @Test
    void timesAreRoundedToTheColumnsDigits() {
        SqlType seconds = SqlType.of(Kind.DATETIME);
        SqlType micros = SqlType.of(Kind.DATETIME, 6);
        assertThat(coerce(micros, "1969-12-31 23:59:59.999999")).isEqualTo(-1L);
        assertThat(coerce(seconds, "1969-12-31 23:59:59.5")).isEqualTo(0L);
        assertThat(coerce(seconds, "1970-01-01T00:00:01.4")).isEqualTo(1_000_000L);
        assertThat(coerce(seconds, "1970-01-01 00:00:00.4999999")).isEqualTo(0L);
        refused(
                micros,
                "9999-12-31 23:59:59.9999999",
                SqlState.INCORRECT_VALUE,
                "Incorrect datetime value: '9999-12-31 23:59:59.9999999' for column 'c' at row 3");
        assertThat(coerce(micros, LocalDateTime.of(1970, 1, 1, 0, 0, 0, 123_456_700)))
                .isEqualTo(123_457L);
        assertThat(Temporals.format(Temporals.ofMicros(-1))).isEqualTo("1969-12-31 23:59:59.999999");
        assertThat(Temporals.format(Temporals.ofMicros(0))).isEqualTo("1970-01-01 00:00:00");
    }

    @Test
    void jsonMustBeJson() {
        assertThat(coerce(Kind.JSON, "{\"a\": [1, 2]}")).isEqualTo("{\"a\": [1, 2]}");
        refused(
                SqlType.of(Kind.JSON),
                "{",
                SqlState.INCORRECT_VALUE,
                "Incorrect JSON value: '{' for column 'c' at row 3");
        refused(
                SqlType.of(Kind.JSON),
                "1 2",
                SqlState.INCORRECT_VALUE,
                "Incorrect JSON value: '1 2' for column 'c' at row 3");
    }

    @Test
    void binaryIsPaddedWhereItsLengthIsFixed() {
        assertThat((byte[]) coerce(SqlType.of(Kind.BINARY, 3), new byte[] {1})).containsExactly(1, 0, 0);
        assertThat((byte[]) coerce(SqlType.of(Kind.VARBINARY, 3), "a")).containsExactly('a');
        refused(
                SqlType.of(Kind.VARBINARY, 1),
                new byte[2],
                SqlState.DATA_TOO_LONG,
                "Data too long for column 'c' at row 3");
    }

    @Test
    void nullInAColumnThatForbidsItIsNamed() {
        assertThatThrownBy(() ->
                        Coercion.coerce(new ColumnSpec("c", SqlType.of(Kind.INT), false, Optional.empty()), null, 1))
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(SqlState.NOT_NULL_VIOLATION))
                .hasMessage("Column 'c' cannot be null");
    }
}
