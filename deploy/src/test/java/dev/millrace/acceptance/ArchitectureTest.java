package dev.millrace.acceptance;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The floor plan, as data: which room opens onto which, and which machine stands where. */
class ArchitectureTest {
    private static final String ROOT = "dev.millrace.";

    /** Each room and the rooms it may look into. */
    private static final Map<String, Set<String>> DOORS = Map.of(
            "spec", Set.of(),
            "jdbc", Set.of(),
            "ddl", Set.of("spec"),
            "transform", Set.of("spec"),
            "store", Set.of("spec"),
            "job", Set.of("spec", "transform", "store"),
            "leaf", Set.of("spec", "store"),
            "aggregator", Set.of("spec", "ddl", "store", "transform"),
            "launch", Set.of("spec", "ddl", "store", "transform", "leaf", "aggregator"),
            "benchmark", Set.of("spec", "ddl", "store", "transform", "leaf", "aggregator", "launch"));

    private static final List<Machine> MACHINES = List.of(
            new Machine("org.apache.calcite..", "ddl.parser..", "ddl.check..", "aggregator.."),
            new Machine("org.apache.flink..", "job..", "launch..", "benchmark.."),
            new Machine("org.apache.ratis..", "leaf.replica.."),
            new Machine("org.apache.avro..", "ddl.check..", "transform.load.."),
            new Machine(
                    "org.duckdb..",
                    "leaf.engine..",
                    "leaf.query..",
                    "transform.load..",
                    "aggregator.execute..",
                    "benchmark.."),
            new Machine("org.apache.kafka..", "job..", "aggregator.pipeline..", "launch..", "benchmark.."));

    /** The JDBC protocol is no part of the planner's machine, although it lives in its package. */
    private static final String AVATICA = "org.apache.calcite.avatica..";

    private static final Pattern BANNED_NAME = Pattern.compile(".*(Impl|Utils?|Helper|Manager|Common)");

    private static final JavaClasses HOUSE = house();

    /** An engine and the rooms it may stand in. */
    private record Machine(String engine, List<String> rooms) {
        Machine(String engine, String... rooms) {
            this(engine, Stream.of(rooms).map(room -> ROOT + room).toList());
        }
    }

    @Test
    void everyModuleIsLookedAt() {
        List<Path> missed = Checkout.modules().stream()
                .filter(module -> Files.isDirectory(module.resolve("src/main/java")))
                .filter(module -> !module.endsWith("benchmarks"))
                .filter(module -> !Files.isDirectory(module.resolve("target/classes/dev/millrace")))
                .toList();
        assertThat(missed).isEmpty();
    }

    @Test
    void roomsOpenOnlyOntoTheirDoors() {
        DOORS.forEach((room, doors) -> {
            String[] closed = DOORS.keySet().stream()
                    .filter(other -> !other.equals(room) && !doors.contains(other))
                    .map(other -> ROOT + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + room + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(closed)
                    .allowEmptyShould(true)
                    .check(HOUSE);
        });
    }

    @Test
    void machinesStayInTheirRooms() {
        for (Machine machine : MACHINES) {
            noClasses()
                    .that(not(resideInAnyPackage(machine.rooms().toArray(String[]::new))))
                    .should()
                    .dependOnClassesThat(resideInAPackage(machine.engine()).and(not(resideInAPackage(AVATICA))))
                    .check(HOUSE);
        }
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "transform.process..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .check(HOUSE);
    }

    @Test
    void roomsFormNoCycle() {
        slices().matching("dev.millrace.(*)..").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void classesAreNamedByWhatTheyAre() {
        assertThat(HOUSE.stream()
                        .filter(type -> !type.getPackageName().startsWith(ROOT + "ddl.parser"))
                        .map(JavaClass::getSimpleName)
                        .filter(name -> BANNED_NAME.matcher(name).matches()))
                .isEmpty();
    }

    private static JavaClasses house() {
        List<Path> classes = Checkout.modules().stream()
                .filter(module -> !module.endsWith("benchmarks"))
                .map(module -> module.resolve("target/classes"))
                .filter(Files::isDirectory)
                .toList();
        return new ClassFileImporter().importPaths(classes);
    }
}
