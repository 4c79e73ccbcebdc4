package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Endpoint;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobArgumentsTest {
    @Test
    void bothArgumentsInAnyOrder() {
        assertThat(JobArguments.parse("--pipeline", "db.p", "--system", "leaf:7400"))
                .isEqualTo(new JobArguments(new Endpoint("leaf", 7400), "db", "p"));
    }

    @ParameterizedTest
    @CsvSource({
        "'', no --system",
        "--system, no value for --system",
        "--system leaf:7400, no --pipeline",
        "--system leaf --pipeline db.p, is not HOST:PORT",
        "--system leaf:7400 --pipeline p, is not DATABASE.PIPELINE",
        "--system leaf:7400 --pipeline .p, is not DATABASE.PIPELINE",
        "--system leaf:7400 --system leaf:7401, given twice",
        "--system leaf:7400 --spec /no/such/file, no file /no/such/file here",
        "--system leaf:7400 --spec /no --pipeline d.p, exclude each other",
        "--sistem leaf:7400, unknown argument '--sistem'",
    })
    void mistakesAreOneLine(String line, String message) {
        String[] args = line.isEmpty() ? new String[0] : line.split(" ");
        assertThatThrownBy(() -> JobArguments.parse(args))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void unreachableSystemIsNamed() {
        assertThatThrownBy(() -> PipelineJob.main(new String[] {"--system", "127.0.0.1:1", "--pipeline", "db.p"}))
                .isInstanceOf(ProgramParametrizationException.class)
                .hasMessageContaining("cannot reach the system partition at 127.0.0.1:1");
    }
}
