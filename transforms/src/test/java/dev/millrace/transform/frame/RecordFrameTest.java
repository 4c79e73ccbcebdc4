package dev.millrace.transform.frame;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.TransformSpec.Framing;
import dev.millrace.transform.load.RecordBatch;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordFrameTest {
    private static String framed(Framing framing, String... records) throws Exception {
        List<byte[]> values = Arrays.stream(records)
                .map(record -> record == null ? null : record.getBytes(ISO_8859_1))
                .toList();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new RecordFrame(framing).write(RecordBatch.of(0, values), out::write);
        return out.toString(ISO_8859_1);
    }

    @Test
    void lengthIsEightBytesLittleEndianBeforeEachRecord() throws Exception {
        assertThat(framed(Framing.LENGTH, "ab", "", null, "x".repeat(0x203)))
                .isEqualTo("\2\0\0\0\0\0\0\0ab\0\0\0\0\0\0\0\0\3\2\0\0\0\0\0\0" + "x".repeat(0x203));
    }

    @Test
    void lineFeedEndsEachRecordOnce() throws Exception {
        assertThat(framed(Framing.NEWLINE, "ab", "", null, "c\n", "d\ne")).isEqualTo("ab\n\nc\nd\ne\n");
    }
}
