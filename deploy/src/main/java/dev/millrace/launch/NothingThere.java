package dev.millrace.launch;

import dev.millrace.ddl.check.Catalog;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import java.util.List;
import java.util.Optional;

/** A catalog in which nothing exists. */
final class NothingThere implements Catalog {
    @Override
    public Optional<DatabaseSpec> database(String name) {
        return Optional.empty();
    }

    @Override
    public Optional<TableSpec> table(String database, String name) {
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> pipeline(String database, String name) {
        return Optional.empty();
    }

    @Override
    public List<DatabaseSpec> databases() {
        return List.of();
    }

    @Override
    public List<TableSpec> tables(String database) {
        return List.of();
    }

    @Override
    public List<PipelineSpec> pipelines(String database) {
        return List.of();
    }
}
