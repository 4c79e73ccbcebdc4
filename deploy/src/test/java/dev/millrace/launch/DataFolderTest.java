package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.error.StatementException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    private Path temp;

    @Test
    void missingFolderIsCreatedWithItsParents() throws Exception {
        try (DataFolder folder = DataFolder.open(temp.resolve("a/b"))) {
            assertThat(folder.log()).isDirectory();
        }
    }

    @Test
    void secondHolderIsToldWhoTheFirstIs() throws Exception {
        try (DataFolder first = DataFolder.open(temp)) {
            assertThatThrownBy(() -> DataFolder.open(first.root()))
                    .isInstanceOf(StatementException.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid());
        }
        DataFolder.open(temp).close();
    }

    @Test
    void tempFolderIsEmptiedAndTheRestStays() throws Exception {
        try (DataFolder folder = DataFolder.open(temp)) {
            Files.writeString(
                    Files.createDirectories(folder.tmp().resolve("deep")).resolve("lib.so"), "x");
            Files.writeString(Files.createDirectories(folder.leaf(0)).resolve("p0"), "rows");
            folder.remember("jdbc-port", 4711);
        }
        try (DataFolder folder = DataFolder.open(temp)) {
            assertThat(folder.tmp()).isEmptyDirectory();
            assertThat(folder.leaf(0).resolve("p0")).hasContent("rows");
            assertThat(folder.leavesStored()).isEqualTo(1);
            assertThat(folder.remembered("jdbc-port", 0)).isEqualTo(4711);
        }
    }

    @Test
    void foreignFolderIsRefusedAndLeftAlone() throws Exception {
        Path precious =
                Files.writeString(Files.createDirectories(temp.resolve("tmp")).resolve("precious"), "mine");
        Files.writeString(temp.resolve("letter.txt"), "dear");

        assertThatThrownBy(() -> DataFolder.open(temp))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("neither empty nor a Millrace data folder");
        assertThat(precious).hasContent("mine");
    }

    @Test
    void fileInPlaceOfTheFolderIsRefused() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "");

        assertThatThrownBy(() -> DataFolder.open(file)).hasMessageContaining("is not a folder");
        assertThatThrownBy(() -> DataFolder.open(file.resolve("below"))).isInstanceOf(StatementException.class);
    }
}
