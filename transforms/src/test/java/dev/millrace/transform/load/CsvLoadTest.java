package dev.millrace.transform.load;

import static dev.millrace.spec.type.SqlType.Kind.BLOB;
import static dev.millrace.spec.type.SqlType.Kind.INT;
import static dev.millrace.spec.type.SqlType.Kind.TEXT;
import static dev.millrace.transform.load.Loads.column;
import static dev.millrace.transform.load.Loads.csv;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lines and fields as LOAD DATA has them. */
class CsvLoadTest {
    private static final ColumnSpec A = column("a", TEXT);
    private static final ColumnSpec B = column("b", TEXT);

    private final Loads loads = new Loads();

    @AfterEach
    void nothingIsLeft() {
        loads.close();
    }

    private static List<String> row(String... values) {
        return Arrays.asList(values);
    }

    @Test
    void recordHoldsAnyNumberOfLinesAndTheLastMayLackItsEnd() {
        assertThat(loads.rows(csv(A, B), "1,x", "2,y\n", "3,z\n4,u\n5,v", ""))
                .containsExactly(row("1", "x"), row("2", "y"), row("3", "z"), row("4", "u"), row("5", "v"));
    }

    @Test
    void recordWithoutBytesOrValueHasNoRow() {
        assertThat(loads.rows(csv(A), Arrays.asList(new byte[0], null))).isEmpty();
    }

    @Test
    void emptyLineIsALineWithOneEmptyField() {
        assertThat(loads.rows(csv(A), "\n", "x\n\ny")).containsExactly(row(""), row("x"), row(""), row("y"));
        assertThat(loads.error(csv(A, B), "x,y\n\n").kind()).isEqualTo(RecordError.Kind.FIELD_COUNT);
    }

    @Test
    void fieldsGoToTheColumnsNamedAndTheRestIsNull() {
        FormatSpec format = new FormatSpec.Csv(",", "", false, "\\", "\n", "", List.of("B", "a"));
        assertThat(loads.rows(Loads.pipeline(format, A, B, column("c", INT)), "1,2"))
                .containsExactly(row("2", "1", null));
    }

    @Test
    void wrongNumberOfFieldsNamesExpectedAndFound() {
        RecordError few = loads.error(csv(A, B), "1,2", "3,4\n5\n6,7");
        assertThat(few.kind()).isEqualTo(RecordError.Kind.FIELD_COUNT);
        assertThat(few.reason()).isEqualTo("the line has 1 field where 2 are expected");
        assertThat(few.offset()).isEqualTo(101);
        assertThat(few.line()).isEqualTo(2);
        assertThat(few.position()).isEqualTo(4);
        assertThat(few.column()).isEmpty();
        RecordError many = loads.error(csv(A), "1,2,3");
        assertThat(many.reason()).isEqualTo("the line has 3 fields where 1 is expected");
    }

    @Test
    void escapesMeanWhatMySqlSays() {
        PipelineSpec csv = csv(A, column("x", BLOB));
        assertThat(loads.rows(csv, "\\N,\\0\\b\\n\\r\\t\\Z\\\\\\,\\q\\N"))
                .containsExactly(row(null, "00080a0d091a5c2c714e"));
        assertThat(loads.rows(csv, "x\\N,")).containsExactly(row("xN", ""));
        assertThat(loads.rows(csv(A), "a\\\nb\\")).containsExactly(row("a\nb\\"));
        assertThat(loads.rows(csv(",", "", "", "\n", "", A, B), "\\N,a\\")).containsExactly(row("\\N", "a\\"));
        assertThat(loads.rows(csv(",", "", "^", "\n", "", A, B), "^N,^,\\n")).containsExactly(row(null, ",\\n"));
    }

    @Test
    void enclosedFieldsHoldSeparatorsAndDoubledQuotes() {
        PipelineSpec csv = csv(",", "\"", "\\", "\n", "", A, B);
        assertThat(loads.rows(csv, "\"a,b\nc\",\"say \"\"hi\"\"\"\n\"\",\"\\\"x\\n\""))
                .containsExactly(row("a,b\nc", "say \"hi\""), row("", "\"x\n"));
        assertThat(loads.rows(csv, "a\"b,\"c\"d\"\n")).containsExactly(row("a\"b", "c\"d"));
    }

    @Test
    void bareWordNullIsNullWhereFieldsMayBeEnclosed() {
        assertThat(loads.rows(csv(",", "\"", "\\", "\n", "", A, B), "NULL,\"NULL\"\n\\N,null"))
                .containsExactly(row(null, "NULL"), row(null, "null"));
        assertThat(loads.rows(csv(A), "NULL")).containsExactly(row("NULL"));
    }

    @Test
    void quoteThatEscapesItselfOnlyDoubles() {
        PipelineSpec csv = csv(",", "\"", "\"", "\n", "", A, B);
        assertThat(loads.rows(csv, "\"fie\"\"ld\\n1\",\"field2\"\nx,\"a,b\""))
                .containsExactly(row("fie\"ld\\n1", "field2"), row("x", "a,b"));
    }

    @Test
    void enclosedFieldWithoutEndIsRefused() {
        RecordError error = loads.error(csv(",", "\"", "\\", "\n", "", A, B), "a,b\nc,\"d\ne");
        assertThat(error.kind()).isEqualTo(RecordError.Kind.MALFORMED);
        assertThat(error.position()).isEqualTo(6);
        assertThat(error.line()).isEqualTo(2);
    }

    @Test
    void separatorsMayHaveSeveralBytes() {
        PipelineSpec csv = csv("||", "'", "\\", "\r\n", "", A, B);
        assertThat(loads.rows(csv, "a|b||c\rd\r\n'x||y'||'\r\n'\r\n|||"))
                .containsExactly(row("a|b", "c\rd"), row("x||y", "\r\n"), row("", "|"));
        assertThat(loads.rows(csv("→", "", "\\", "¶", "", A, B), "é→漢¶1→2"))
                .containsExactly(row("é", "漢"), row("1", "2"));
    }

    @Test
    void linesStartBehindTheirPrefix() {
        PipelineSpec csv = csv(",", "", "\\", "\n", "xxx", A, B);
        assertThat(loads.rows(csv, "xxxabc,1\nsomething xxxdef,2\nghi,3\n", "no prefix", "tail xxx"))
                .containsExactly(row("abc", "1"), row("def", "2"));
    }

    @Test
    void withoutALineEndTheRecordIsOneLine() {
        assertThat(loads.rows(csv(",", "", "\\", "", "", A, B), "a\n,b\n", "c,d"))
                .containsExactly(row("a\n", "b\n"), row("c", "d"));
    }

    @Test
    void errorSaysWhereTheFieldIs() {
        RecordError error = loads.error(csv(A, column("n", INT)), "x,1", "y,2\nzz,12abc\nu,bad");
        assertThat(error.offset()).isEqualTo(101);
        assertThat(error.line()).isEqualTo(2);
        assertThat(error.position()).isEqualTo(7);
        assertThat(error.column()).contains("n");
        assertThat(error.reason()).isEqualTo("incorrect INT value '12abc'");
        assertThat(new String(error.excerpt(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("y,2\nzz,12abc\nu,bad");
    }

    @Test
    void formsThatCannotBeReadAreRefusedByName() {
        for (PipelineSpec spec : List.of(
                csv("", "", "\\", "\n", "", A),
                csv("\n", "", "\\", "\n", "", A),
                csv(",", "«", "\\", "\n", "", A),
                csv(",", "\"", "é", "\n", "", A))) {
            assertThatThrownBy(() -> new Loader(spec, loads.allocator, loads.engine))
                    .isInstanceOfSatisfying(
                            StatementException.class, e -> assertThat(e.state()).isEqualTo(SqlState.UNSUPPORTED));
        }
    }
}
