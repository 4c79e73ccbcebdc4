package dev.millrace.job.extract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.PipelineError;
import dev.millrace.store.log.SystemEntry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeftOutTest {
    private static PipelineError error(String file, long offset) {
        return new PipelineError(
                5, "Load", 20_010, "column id: 'x' is no number", "", file, offset, 1, "id", new byte[600]);
    }

    @Test
    void errorsOfManyFilesAreBoundedAndEachIsCountedOnce() {
        LeftOut all = LeftOut.NONE;
        for (int file = 0; file < 10_000; file++) {
            String path = "/srv/incoming/2026-01-31/part-" + file + ".csv";
            all = all.with(new LeftOut(List.of(error(path, 0), error(path, 9)), Map.of()));
        }
        List<PipelineError> errors = all.errors(7);
        assertThat(errors.stream().mapToLong(PipelineError::sizeBytes).sum())
                .isLessThanOrEqualTo(SystemEntry.Decide.ERRORS_BYTES_MAX);
        long counted =
                all.rest().values().stream().mapToLong(LeftOut.Rest::count).sum();
        assertThat(all.listed().size() + counted).isEqualTo(20_000);
        assertThat(errors).anySatisfy(error -> assertThat(error.message()).contains("more records of files"));
        assertThat(errors).anySatisfy(error -> assertThat(error.message()).contains("more records of file '/srv"));
    }
}
