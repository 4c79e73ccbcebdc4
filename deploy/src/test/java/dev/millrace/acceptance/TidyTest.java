package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Order in the source tree that no compiler looks after. */
class TidyTest {
    private static final Set<String> TOP_LEVEL = Set.of(
            "pom.xml",
            "README.md",
            "LICENSE",
            "mvnw",
            "mvnw.cmd",
            "ddl-compiler",
            "transforms",
            "flink-jobs",
            "serving",
            "deploy",
            "benchmarks");

    /** Written in two pieces, or this file would be the first to be found. */
    private static final Pattern LEFT_OPEN = Pattern.compile("TO" + "DO|FIX" + "ME|XX" + "X|@Dis" + "abled");

    @Test
    void topLevelIsTheFloorPlan() throws IOException {
        try (Stream<Path> entries = Files.list(Checkout.ROOT)) {
            assertThat(entries.map(entry -> entry.getFileName().toString())
                            .filter(name -> !name.startsWith(".") && !name.equals("target")))
                    .containsExactlyInAnyOrderElementsOf(TOP_LEVEL);
        }
    }

    @Test
    void everyPackageSaysWhyItExists() {
        Set<Path> packages = new TreeSet<>();
        Checkout.javaFiles("main").forEach(file -> packages.add(file.getParent()));
        assertThat(packages)
                .isNotEmpty()
                .allMatch(folder -> Files.exists(folder.resolve("package-info.java")), "has a package-info.java");
    }

    @Test
    void nothingIsLeftForLater() {
        assertThat(filesWith(text -> LEFT_OPEN.matcher(text).find())).isEmpty();
    }

    private static List<Path> filesWith(Predicate<String> fault) {
        return Stream.of("main", "test")
                .flatMap(tree -> Checkout.javaFiles(tree).stream())
                .filter(file -> fault.test(read(file)))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
