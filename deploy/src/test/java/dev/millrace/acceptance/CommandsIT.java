package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.acceptance.Distribution.Result;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsIT {
    @Test
    void versionIsOneLine() throws IOException, InterruptedException {
        Result result = Distribution.run("version");

        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("Millrace ").hasLineCount(1);
        assertThat(result.err()).isEmpty();
    }

    @Test
    void wrongCommandLineEndsWithTwo() throws IOException, InterruptedException {
        assertThat(Distribution.run("frobnicate").status()).isEqualTo(2);
        assertThat(Distribution.run("start").err()).contains("--data");
        assertThat(Distribution.run("sql", "--format", "xml", "-e", "SELECT 1").status())
                .isEqualTo(2);
    }

    @Test
    void sqlWithoutAServerSaysSoInOneLine() throws IOException, InterruptedException {
        Result result = Distribution.run("sql", "--url", "http://127.0.0.1:1", "-e", "SELECT 1");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasLineCount(1).contains("nobody answers at http://127.0.0.1:1");
    }

    @Test
    void startRefusesAForeignFolderInOneLine(@TempDir Path folder) throws IOException, InterruptedException {
        java.nio.file.Files.writeString(folder.resolve("letter.txt"), "dear");

        Result result = Distribution.run("start", "--data", folder.toString());

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).hasLineCount(1).contains("neither empty nor a Millrace data folder");
        assertThat(folder.toFile().list()).containsExactly("letter.txt");
    }
}
