package dev.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What is in the jar that a Flink cluster is given, and what is not. */
class JobJarIT {
    @Test
    void holdsWhatTheJobNeedsAndNothingOfTheCluster() throws IOException {
        try (JarFile jar = new JarFile(path().toFile())) {
            Set<String> names = jar.stream().map(ZipEntry::getName).collect(Collectors.toSet());

            assertThat(names)
                    .contains(
                            "dev/millrace/job/PipelineJob.class",
                            "dev/millrace/transform/load/Loader.class",
                            "dev/millrace/store/client/StoreClient.class",
                            "dev/millrace/spec/PipelineSpec.class",
                            "org/apache/flink/connector/kafka/source/KafkaSource.class",
                            "org/apache/kafka/clients/consumer/KafkaConsumer.class",
                            "org/apache/arrow/vector/VectorSchemaRoot.class",
                            "org/apache/arrow/flight/FlightClient.class",
                            "io/grpc/netty/NettyChannelProvider.class",
                            "com/github/luben/zstd/Zstd.class",
                            "org/duckdb/DuckDBDriver.class");
            assertThat(names)
                    .noneMatch(name -> name.startsWith("org/slf4j/")
                            || name.startsWith("org/apache/logging/")
                            || name.startsWith("org/apache/log4j/")
                            || name.startsWith("org/rocksdb/")
                            || name.startsWith("org/apache/calcite/")
                            || name.startsWith("dev/millrace/leaf/"))
                    .noneMatch(name -> name.endsWith(".SF") || name.endsWith(".DSA") || name.endsWith(".RSA"))
                    .noneMatch(name -> name.equals("module-info.class"));
            assertThat(names.stream()
                            .filter(name -> name.startsWith("org/apache/flink/") && name.endsWith(".class"))
                            .filter(name -> Stream.of(
                                            "connector/kafka/", "streaming/connectors/kafka/", "streaming/util/")
                                    .noneMatch(room -> name.startsWith("org/apache/flink/" + room))))
                    .isEmpty();
        }
    }

    @Test
    void namesItsMainClassAndMergesServices() throws IOException {
        try (JarFile jar = new JarFile(path().toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertThat(manifest.getValue(Attributes.Name.MAIN_CLASS)).isEqualTo(PipelineJob.class.getName());
            assertThat(manifest.getValue(Attributes.Name.MULTI_RELEASE)).isEqualTo("true");
            assertThat(lines(jar, "META-INF/services/io.grpc.LoadBalancerProvider"))
                    .hasSizeGreaterThan(1);
            assertThat(lines(jar, "META-INF/services/io.grpc.ManagedChannelProvider"))
                    .contains("io.grpc.netty.NettyChannelProvider");
        }
    }

    static Path path() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().endsWith("-job.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<String> lines(JarFile jar, String name) throws IOException {
        return new String(jar.getInputStream(jar.getEntry(name)).readAllBytes(), UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }
}
