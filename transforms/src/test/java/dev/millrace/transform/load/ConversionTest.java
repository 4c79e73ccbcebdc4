package dev.millrace.transform.load;

import static dev.millrace.spec.type.SqlType.Kind.BIGINT;
import static dev.millrace.spec.type.SqlType.Kind.BINARY;
import static dev.millrace.spec.type.SqlType.Kind.BLOB;
import static dev.millrace.spec.type.SqlType.Kind.BOOL;
import static dev.millrace.spec.type.SqlType.Kind.CHAR;
import static dev.millrace.spec.type.SqlType.Kind.DATE;
import static dev.millrace.spec.type.SqlType.Kind.DATETIME;
import static dev.millrace.spec.type.SqlType.Kind.DOUBLE;
import static dev.millrace.spec.type.SqlType.Kind.FLOAT;
import static dev.millrace.spec.type.SqlType.Kind.INT;
import static dev.millrace.spec.type.SqlType.Kind.JSON;
import static dev.millrace.spec.type.SqlType.Kind.SMALLINT;
import static dev.millrace.spec.type.SqlType.Kind.TEXT;
import static dev.millrace.spec.type.SqlType.Kind.TIMESTAMP;
import static dev.millrace.spec.type.SqlType.Kind.TINYINT;
import static dev.millrace.spec.type.SqlType.Kind.VARBINARY;
import static dev.millrace.spec.type.SqlType.Kind.VARCHAR;
import static dev.millrace.transform.load.RecordError.Kind.ENCODING;
import static dev.millrace.transform.load.RecordError.Kind.INCORRECT_VALUE;
import static dev.millrace.transform.load.RecordError.Kind.MALFORMED;
import static dev.millrace.transform.load.RecordError.Kind.OUT_OF_RANGE;
import static dev.millrace.transform.load.RecordError.Kind.TOO_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.type.SqlType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each type makes of a CSV field and of a JSON value. */
class ConversionTest {
    private final Loads loads = new Loads();

    @AfterEach
    void nothingIsLeft() {
        loads.close();
    }

    private void text(SqlType type, String field, String value) {
        PipelineSpec csv = Loads.csv("\u0001", "", "", "\u0002", "", Loads.column("c", type));
        assertThat(loads.rows(csv, field))
                .as("%s from CSV %s", type.sql(), field)
                .isEqualTo(List.of(row(value)));
        String quoted =
                "{\"c\":\"" + field.replace("\\", "\\\\").replace("\"", "\\\"").replace("\t", "\\t") + "\"}";
        if (type.kind() != JSON) {
            json(type, quoted, value);
        }
    }

    private void text(SqlType.Kind kind, String field, String value) {
        text(SqlType.of(kind), field, value);
    }

    private void noText(SqlType type, String field, RecordError.Kind kind) {
        PipelineSpec csv = Loads.csv("\u0001", "", "", "\u0002", "", Loads.column("c", type));
        assertThat(loads.error(csv, field + "\u0002").kind())
                .as("%s from CSV %s", type.sql(), field)
                .isEqualTo(kind);
        if (type.kind() != JSON) {
            noJson(type, "{\"c\":\"" + field.replace("\t", "\\t") + "\"}", kind);
        }
    }

    private void noText(SqlType.Kind kind, String field, RecordError.Kind error) {
        noText(SqlType.of(kind), field, error);
    }

    private void json(SqlType type, String document, String value) {
        PipelineSpec json = Loads.json(Loads.column("c", type));
        assertThat(loads.rows(json, document))
                .as("%s from JSON %s", type.sql(), document)
                .isEqualTo(List.of(row(value)));
    }

    private void json(SqlType.Kind kind, String value, String expected) {
        json(SqlType.of(kind), "{\"c\":" + value + "}", expected);
    }

    private void noJson(SqlType type, String document, RecordError.Kind kind) {
        RecordError error = loads.error(Loads.json(Loads.column("c", type)), document);
        assertThat(error.kind()).as("%s from JSON %s", type.sql(), document).isEqualTo(kind);
        assertThat(error.column()).contains("c");
    }

    private void noJson(SqlType.Kind kind, String value, RecordError.Kind error) {
        noJson(SqlType.of(kind), "{\"c\":" + value + "}", error);
    }

    private static List<String> row(String value) {
        return java.util.Collections.singletonList(value);
    }

    @Test
    void integersRoundAndStayInRange() {
        text(INT, "42", "42");
        text(INT, "-42", "-42");
        text(INT, "+7", "7");
        text(INT, "007", "7");
        text(INT, " 12\t", "12");
        text(INT, "3.7", "4");
        text(INT, "3.49999999999999999999", "3");
        text(INT, "-0.5", "-1");
        text(INT, "0.5", "1");
        text(INT, ".5", "1");
        text(INT, "5.", "5");
        text(INT, "1e3", "1000");
        text(INT, "15e-1", "2");
        text(INT, "0e99999999999999999999", "0");
        text(INT, "1e-99999999999999999999", "0");
        text(INT, "0000000000000000000000000000000000000000000000000012", "12");
        text(TINYINT, "-128", "-128");
        text(TINYINT, "127.4", "127");
        text(SMALLINT, "32767", "32767");
        text(INT, "2147483647", "2147483647");
        text(BIGINT, "9223372036854775807", "9223372036854775807");
        text(BIGINT, "-9223372036854775808", "-9223372036854775808");
        text(BIGINT, "9223372036854775806.5", "9223372036854775807");
        noText(TINYINT, "128", OUT_OF_RANGE);
        noText(TINYINT, "127.5", OUT_OF_RANGE);
        noText(SMALLINT, "-32769", OUT_OF_RANGE);
        noText(INT, "2147483648", OUT_OF_RANGE);
        noText(BIGINT, "9223372036854775808", OUT_OF_RANGE);
        noText(BIGINT, "9223372036854775807.5", OUT_OF_RANGE);
        noText(BIGINT, "-9223372036854775809", OUT_OF_RANGE);
        noText(BIGINT, "1e40", OUT_OF_RANGE);
        noText(BIGINT, "1e999999999999999999999", OUT_OF_RANGE);
    }

    @Test
    void whatIsNoNumberIsRefused() {
        for (SqlType type : List.of(SqlType.of(INT), SqlType.of(DOUBLE), SqlType.decimal(10, 2))) {
            for (String field : List.of(
                    " ",
                    "-",
                    "+",
                    ".",
                    "abc",
                    "12abc",
                    "1 2",
                    "--1",
                    "1e",
                    "1e+",
                    "e5",
                    "1.2.3",
                    "0x10",
                    "NaN",
                    "Infinity",
                    "1d",
                    "1f",
                    "1,5",
                    "١")) {
                noText(type, field, INCORRECT_VALUE);
            }
            noJson(type, "{\"c\":\"\"}", INCORRECT_VALUE);
        }
    }

    @Test
    void floatsAreNearest() {
        text(DOUBLE, "3.25", "3.25");
        text(DOUBLE, "0.1", "0.1");
        text(DOUBLE, " 1e22 ", "1.0E22");
        text(DOUBLE, "123456789012345678901234567890", "1.2345678901234568E29");
        text(DOUBLE, "1e-400", "0.0");
        text(DOUBLE, "4.9e-324", "4.9E-324");
        text(FLOAT, "0.1", "0.1");
        text(FLOAT, "3.4e38", "3.4E38");
        noText(FLOAT, "3.5e38", OUT_OF_RANGE);
        noText(DOUBLE, "1e309", OUT_OF_RANGE);
        json(DOUBLE, "1e2", "100.0");
        json(DOUBLE, "true", "1.0");
    }

    @Test
    void decimalsRoundHalfAwayFromZero() {
        text(SqlType.decimal(5, 2), "1.005", "1.01");
        text(SqlType.decimal(5, 2), "-1.005", "-1.01");
        text(SqlType.decimal(5, 2), "1.00499999999999999999999", "1.00");
        text(SqlType.decimal(5, 2), "999.99", "999.99");
        text(SqlType.decimal(5, 2), "12e-1", "1.20");
        text(
                SqlType.decimal(38, 0),
                "99999999999999999999999999999999999999",
                "99999999999999999999999999999999999999");
        text(
                SqlType.decimal(38, 30),
                "-12345678.123456789012345678901234567890",
                "-12345678.123456789012345678901234567890");
        text(SqlType.decimal(20, 0), "18446744073709551616", "18446744073709551616");
        text(SqlType.decimal(19, 0), "-9223372036854775808", "-9223372036854775808");
        noText(SqlType.decimal(18, 0), "-9223372036854775808", OUT_OF_RANGE);
        noText(SqlType.decimal(5, 2), "999.995", OUT_OF_RANGE);
        noText(SqlType.decimal(5, 2), "-1000", OUT_OF_RANGE);
        noText(SqlType.decimal(38, 0), "99999999999999999999999999999999999999.5", OUT_OF_RANGE);
        noText(SqlType.decimal(38, 30), "1e30", OUT_OF_RANGE);
        json(SqlType.decimal(3, 1), "{\"c\":true}", "1.0");
        noJson(SqlType.decimal(2, 2), "{\"c\":true}", OUT_OF_RANGE);
    }

    @Test
    void wideAndNarrowDecimalsMixInOneColumn() {
        PipelineSpec csv = Loads.csv(Loads.column("c", SqlType.decimal(30, 0)));
        assertThat(loads.rows(csv, "-1\n\\N\n-18446744073709551617\n-2\n\\N\n18446744073709551617\n-3"))
                .extracting(row -> row.get(0))
                .containsExactly("-1", null, "-18446744073709551617", "-2", null, "18446744073709551617", "-3");
    }

    @Test
    void boolsAreFourWords() {
        text(BOOL, "1", "true");
        text(BOOL, "0", "false");
        text(BOOL, "True", "true");
        text(BOOL, " FALSE ", "false");
        json(BOOL, "true", "true");
        json(BOOL, "0", "false");
        noText(BOOL, "2", INCORRECT_VALUE);
        noText(BOOL, "yes", INCORRECT_VALUE);
        noJson(BOOL, "-1", INCORRECT_VALUE);
        json(TINYINT, "true", "1");
        json(BIGINT, "false", "0");
    }

    @Test
    void textKeepsItsBytesUpToItsLength() {
        text(TEXT, "a'b\"c \\ é 漢 🙂", "a'b\"c \\ é 漢 🙂");
        text(SqlType.of(VARCHAR, 3), "é漢🙂", "é漢🙂");
        text(SqlType.of(VARCHAR, 3), "abc   ", "abc");
        text(SqlType.of(VARCHAR, 5), "ab ", "ab ");
        text(SqlType.of(CHAR, 5), "ab  ", "ab");
        text(SqlType.of(CHAR, 2), "ab    ", "ab");
        noText(SqlType.of(VARCHAR, 3), "é漢🙂x", TOO_LONG);
        noText(SqlType.of(CHAR, 2), "abc", TOO_LONG);
        json(TEXT, "12.50", "12.50");
        json(TEXT, "1E+2", "1E+2");
        json(TEXT, "true", "true");
        json(TEXT, "{ \"a\" : [1, 2] }", "{ \"a\" : [1, 2] }");
        json(TEXT, "\"\\u00e9\\n\\/\\ud83d\\ude42\"", "é\n/🙂");
        json(TEXT, "null", null);
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        for (String hex : List.of("ff", "c3", "c080", "e0809f", "eda080", "f4908080", "f08080af", "41c341", "80")) {
            byte[] bytes = java.util.HexFormat.of().parseHex(hex);
            assertThat(loads.error(Loads.csv(Loads.column("c", TEXT)), List.of(bytes))
                            .kind())
                    .isEqualTo(ENCODING);
            byte[] quoted = new byte[bytes.length + 2];
            quoted[0] = '"';
            quoted[quoted.length - 1] = '"';
            System.arraycopy(bytes, 0, quoted, 1, bytes.length);
            assertThat(loads.error(Loads.json(Loads.column("c", TEXT)), List.of(quoted))
                            .kind())
                    .isEqualTo(ENCODING);
            assertThat(loads.rows(Loads.csv(Loads.column("c", BLOB)), List.of(bytes)))
                    .containsExactly(List.of(hex));
        }
    }

    @Test
    void binariesAreBytes() {
        text(BLOB, "aé", "61c3a9");
        text(SqlType.of(VARBINARY, 3), "aé", "61c3a9");
        text(SqlType.of(BINARY, 4), "a", "61000000");
        noText(SqlType.of(VARBINARY, 2), "aé", TOO_LONG);
        noText(SqlType.of(BINARY, 2), "abc", TOO_LONG);
        noJson(BLOB, "[1]", INCORRECT_VALUE);
    }

    @Test
    void datesAreDaysThatExist() {
        text(DATE, "2024-02-29", "2024-02-29");
        text(DATE, "2024-2-9", "2024-02-09");
        text(DATE, "20240229", "2024-02-29");
        text(DATE, "0001-01-01", "0001-01-01");
        text(DATE, "9999-12-31", "9999-12-31");
        text(DATE, "1969-12-31 23:59:59", "1969-12-31");
        text(DATE, "1999-12-31 23:59:59.5", "2000-01-01");
        text(DATE, "2024-01-01T00:30:00+01:00", "2023-12-31");
        json(DATE, "20240229", "2024-02-29");
        for (String field : List.of(
                "2023-02-29",
                "1900-02-29",
                "2024-13-01",
                "2024-00-10",
                "2024-01-00",
                "2024-04-31",
                "0000-00-00",
                "0000-01-01",
                "24-01-01",
                "2024/01/01",
                "2024-01-01x",
                "2024-1",
                "240101",
                "tomorrow",
                "2024-01-01T",
                "-2024-01-01",
                "12024-01-01",
                "202401011")) {
            noText(DATE, field, INCORRECT_VALUE);
        }
        noJson(DATE, "true", INCORRECT_VALUE);
        noJson(DATE, "19000", INCORRECT_VALUE);
        noJson(DATE, "[]", INCORRECT_VALUE);
    }

    @Test
    void timesAreInUtcAndRoundToTheColumnsDigits() {
        SqlType micros = SqlType.of(DATETIME, 6);
        text(micros, "2024-01-02 03:04:05.678901", "2024-01-02T03:04:05.678901");
        text(micros, "2024-01-02T03:04:05.6789015", "2024-01-02T03:04:05.678902");
        text(micros, " 2024-01-02  3:4:5 ", "2024-01-02T03:04:05");
        text(micros, "2024-01-02 03:04", "2024-01-02T03:04");
        text(micros, "2024-01-02", "2024-01-02T00:00");
        text(micros, "20240102030405", "2024-01-02T03:04:05");
        text(micros, "20240102030405.5", "2024-01-02T03:04:05.500");
        text(micros, "1969-12-31 23:59:59.999999", "1969-12-31T23:59:59.999999");
        text(micros, "2024-01-02T03:04:05Z", "2024-01-02T03:04:05");
        text(micros, "2024-01-02T03:04:05.5+05:30", "2024-01-01T21:34:05.500");
        text(micros, "2024-01-02 03:04:05 -0800", "2024-01-02T11:04:05");
        text(micros, "2024-01-02T03:04:05+01", "2024-01-02T02:04:05");
        text(SqlType.of(DATETIME), "2024-12-31 23:59:59.5", "2025-01-01T00:00");
        text(SqlType.of(DATETIME), "2024-12-31 23:59:59.499999", "2024-12-31T23:59:59");
        text(SqlType.of(TIMESTAMP, 3), "1969-12-31 23:59:59.9995", "1970-01-01T00:00");
        json(micros, "{\"c\":20240102030405}", "2024-01-02T03:04:05");
        noText(SqlType.of(DATETIME), "9999-12-31 23:59:59.5", OUT_OF_RANGE);
        for (String field : List.of(
                "2024-01-02 24:00:00",
                "2024-01-02 23:60:00",
                "2024-01-02 23:59:60",
                "2024-01-02 ",
                "2024-01-02 03:04:05x",
                "2024-01-02 03:04:05+",
                "2024-01-02T03:04:05+24:00",
                "2024-01-02T03:04:05+14:01",
                "2024-01-02T03:04:05ZZ",
                "2024-01-02_03:04:05",
                "2024-01-02 3:",
                "2024-01-02T03:04:05 CET",
                "20240102T030405",
                "0001-01-01T00:00:00+01:00",
                "2024010203")) {
            if (!field.equals("2024-01-02 ")) {
                noText(micros, field, INCORRECT_VALUE);
            }
        }
        noJson(DATETIME, "1704164645", INCORRECT_VALUE);
        noJson(DATETIME, "1704164645000", INCORRECT_VALUE);
        noJson(DATETIME, "{}", INCORRECT_VALUE);
    }

    @Test
    void jsonColumnsKeepTheTextOfAValue() {
        json(JSON, " { \"a\" : 1 } ", "{ \"a\" : 1 }");
        json(JSON, "\"a\\n\"", "\"a\\n\"");
        json(JSON, "12.0", "12.0");
        json(JSON, "true", "true");
        json(JSON, "null", null);
        text(JSON, " [1, {\"a\":null}] ", "[1, {\"a\":null}]");
        text(JSON, "null", "null");
        for (String field : List.of("", "{", "1 2", "nul", "{a:1}", "'a'", "[1,]")) {
            noText(JSON, field, INCORRECT_VALUE);
        }
    }

    @Test
    void documentsFitTextOnly() {
        for (SqlType.Kind kind : List.of(INT, DOUBLE, BOOL, DATE, DATETIME, BLOB)) {
            noJson(kind, "{\"a\":1}", INCORRECT_VALUE);
            noJson(kind, "[1]", INCORRECT_VALUE);
        }
        json(SqlType.of(VARCHAR, 3), "{\"c\":[1]}", "[1]");
        noJson(SqlType.of(VARCHAR, 3), "{\"c\":[10]}", TOO_LONG);
    }

    @Test
    void nanAndInfinityAreNoJson() {
        for (String word : List.of("NaN", "Infinity", "-Infinity", "+1", "01", "1.", ".5", "0x1", "1e", "-")) {
            RecordError error = loads.error(Loads.json(Loads.column("c", DOUBLE)), "{\"c\":" + word + "}");
            assertThat(error.kind()).as(word).isEqualTo(MALFORMED);
        }
    }
}
