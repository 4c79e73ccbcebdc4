package dev.millrace.ddl.check;

import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import java.util.List;
import java.util.Optional;

/** Databases, tables and pipelines that exist. Names compare without case; {@code information_schema} is included. */
public interface Catalog {
    Optional<DatabaseSpec> database(String name);

    Optional<TableSpec> table(String database, String name);

    Optional<PipelineSpec> pipeline(String database, String name);

    List<DatabaseSpec> databases();

    List<TableSpec> tables(String database);

    List<PipelineSpec> pipelines(String database);
}
