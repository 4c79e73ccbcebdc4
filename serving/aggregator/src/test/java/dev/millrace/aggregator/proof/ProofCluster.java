package dev.millrace.aggregator.proof;

import dev.millrace.aggregator.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives the tests of this package one cluster of two leaves; it stops when the last class has run. */
final class ProofCluster implements ParameterResolver {
    private static final class Held implements AutoCloseable {
        private final Path folder;
        private final TestCluster cluster;

        Held() {
            try {
                folder = Files.createTempDirectory("proof");
                cluster = new TestCluster(folder, 2);
            } catch (Exception e) {
                throw new IllegalStateException("the cluster does not start", e);
            }
        }

        @Override
        public void close() throws Exception {
            cluster.close();
            List<Path> files;
            try (Stream<Path> found = Files.walk(folder)) {
                files = found.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(ProofCluster.class))
                .getOrComputeIfAbsent("cluster", key -> new Held(), Held.class)
                .cluster;
    }
}
