package dev.millrace.transform.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.spec.FileSettings;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileListingTest {
    @TempDir
    Path folder;

    @BeforeEach
    void fill() throws IOException {
        for (String name :
                List.of("a.csv", "b.csv", "b.txt", ".h.csv", "x/a.csv", "x/y/c.csv", ".z/d.csv", "z w/e[1].csv")) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "1\n");
        }
        Files.createFile(folder.resolve("empty.csv"));
        Files.createSymbolicLink(folder.resolve("x/link.csv"), folder.resolve("b.txt"));
        Files.createSymbolicLink(folder.resolve("x/y/up"), folder);
    }

    @Test
    void wildcardsMatchPartsOfPaths() {
        assertThat(named("*.csv")).containsExactly("a.csv", "b.csv");
        assertThat(named("?.{csv,txt}")).containsExactly("a.csv", "b.csv", "b.txt");
        assertThat(named("[b-z].csv")).containsExactly("b.csv");
        assertThat(named("*/*.csv")).containsExactly("x/a.csv", "x/link.csv", "z w/e[1].csv");
        assertThat(named("**/*.csv"))
                .containsExactly("a.csv", "b.csv", "x/a.csv", "x/link.csv", "x/y/c.csv", "z w/e[1].csv");
        assertThat(named("x/**")).containsExactly("x/a.csv", "x/link.csv", "x/y/c.csv");
        assertThat(named("**/**/a.csv")).containsExactly("a.csv", "x/a.csv");
        assertThat(named(".*.csv")).containsExactly(".h.csv");
        assertThat(named("z w/e\\[1\\].csv")).containsExactly("z w/e[1].csv");
    }

    @Test
    void pathWithoutWildcardsIsAFileOrTheFilesOfAFolder() {
        assertThat(named("x/a.csv")).containsExactly("x/a.csv");
        assertThat(named("x")).containsExactly("x/a.csv", "x/link.csv");
        assertThat(named("none.csv")).isEmpty();
        assertThat(listing("x/a.csv", FileSettings.DEFAULT).isMany()).isFalse();
        assertThat(listing("x", FileSettings.DEFAULT).isMany()).isTrue();
    }

    @Test
    void nameIsJudgedAsALookWould() {
        for (String pattern : List.of("*.csv", "x", "x/**", "**/*.csv", "x/a.csv", "*/*.csv")) {
            FileListing listing = listing(pattern, FileSettings.DEFAULT);
            for (String name : List.of("a.csv", "b.txt", "x/a.csv", "x/y/c.csv", "q/r")) {
                assertThat(listing.isNamed(folder.resolve(name).toString()))
                        .as(pattern + " " + name)
                        .isEqualTo(named(pattern).contains(name));
            }
        }
    }

    @Test
    void settingsSayWhichAreTaken() throws IOException {
        assertThat(named("*.csv", new FileSettings(false, true, 0, Duration.ofSeconds(1))))
                .containsExactly("a.csv", "b.csv", "empty.csv");
        Files.setLastModifiedTime(folder.resolve("b.csv"), FileTime.fromMillis(1_000_999));
        assertThat(named("*.csv", new FileSettings(false, false, 1_001, Duration.ofSeconds(1))))
                .containsExactly("a.csv");
    }

    @Test
    void knownFilesAreNotLookedAt() {
        FileListing listing = listing("*.csv", FileSettings.DEFAULT);
        assertThat(listing.list(path -> path.endsWith("/a.csv"), 10)).hasSize(1);
        assertThat(listing.list(path -> false, 1)).hasSize(1);
    }

    @Test
    void folderThatIsNotThereIsNamed() {
        StatementException e = catchThrowableOfType(
                StatementException.class,
                () -> listing("none/*.csv", FileSettings.DEFAULT).check());
        assertThat(e.state()).isEqualTo(SqlState.SOURCE_UNREACHABLE);
        assertThat(e).hasMessage("folder '" + folder + "/none' is not there");
        assertThat(catchThrowableOfType(
                        StatementException.class,
                        () -> listing("a.csv/*", FileSettings.DEFAULT).list(path -> false, 1)))
                .hasMessage("'" + folder + "/a.csv' is not a folder");
    }

    @Test
    void folderThatIsGoneIsToldFromAFileThatIsNotThereYet() {
        FileListing listing = listing("gone", FileSettings.DEFAULT);
        listing.checkFolder(List.of(folder + "/a.csv", folder + "/gone-2/a.csv"));
        assertThat(catchThrowableOfType(
                        StatementException.class, () -> listing.checkFolder(List.of(folder + "/gone/a.csv"))))
                .hasMessage("folder '" + folder + "/gone' is not there");
    }

    @Test
    void folderBelowThatMustNotBeReadKeepsNobodyFromTheOthers() throws IOException {
        Path closed = folder.resolve("x");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        try {
            // The superuser reads it nevertheless.
            assumeThat(Files.isReadable(closed)).isFalse();
            List<String> troubles = new ArrayList<>();
            List<FoundFile> found = listing("**/*.csv", FileSettings.DEFAULT)
                    .list(path -> false, 100, e -> troubles.add(e.getMessage()));
            assertThat(found).hasSize(3);
            assertThat(troubles).containsExactly("'" + closed + "' must not be read");
        } finally {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private FileListing listing(String pattern, FileSettings settings) {
        return new FileListing(new SourceSpec.Files(folder + "/" + pattern, settings));
    }

    private List<String> named(String pattern) {
        return named(pattern, FileSettings.DEFAULT);
    }

    private List<String> named(String pattern, FileSettings settings) {
        return listing(pattern, settings).list(path -> false, 100).stream()
                .map(file -> folder.relativize(Path.of(file.path())).toString())
                .toList();
    }
}
