package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class ResultPrinterTest {
    private static final String QUERY = """
            SELECT * FROM (VALUES
              (1, 'a,"b"', 1.50::DECIMAL(9,2), TIMESTAMP '2026-01-01 10:00:00.25', true),
              (20, NULL, NULL, NULL, false),
              (300, '', 0.05, TIMESTAMP '2026-01-01 10:00:00', NULL)) AS t(id, name, price, ts, ok)
            """;

    @Test
    void tableAlignsNumbersAtTheRight() throws SQLException {
        assertThat(printed(ResultFormat.TABLE)).isEqualTo("""
                        +-----+-------+-------+------------------------+-------+
                        |  id | name  | price | ts                     | ok    |
                        +-----+-------+-------+------------------------+-------+
                        |   1 | a,"b" |  1.50 | 2026-01-01 10:00:00.25 | true  |
                        |  20 | NULL  |  NULL | NULL                   | false |
                        | 300 |       |  0.05 | 2026-01-01 10:00:00    | NULL  |
                        +-----+-------+-------+------------------------+-------+
                        """);
    }

    @Test
    void csvTellsNullFromTheEmptyString() throws SQLException {
        assertThat(printed(ResultFormat.CSV)).isEqualTo("""
                        id,name,price,ts,ok
                        1,"a,""b""\",1.50,2026-01-01 10:00:00.25,true
                        20,,,,false
                        300,"",0.05,2026-01-01 10:00:00,
                        """);
    }

    @Test
    void jsonIsOneObjectPerLine() throws SQLException {
        assertThat(printed(ResultFormat.JSON)).isEqualTo("""
                        {"id":1,"name":"a,\\"b\\"","price":1.50,"ts":"2026-01-01 10:00:00.25","ok":true}
                        {"id":20,"name":null,"price":null,"ts":null,"ok":false}
                        {"id":300,"name":"","price":0.05,"ts":"2026-01-01 10:00:00","ok":null}
                        """);
    }

    private static String printed(ResultFormat format) throws SQLException {
        StringWriter text = new StringWriter();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY)) {
            assertThat(new ResultPrinter(format, new PrintWriter(text)).print(rows))
                    .isEqualTo(3);
        }
        return text.toString();
    }
}
