package dev.millrace.aggregator.execute;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;

/** The compiler's checks as statements of a session need them. */
final class SpecChecks {
    TableSpec table(CreateTable create, CatalogView catalog, Session session) {
        throw new StatementException(SqlState.UNSUPPORTED, "CREATE TABLE waits for the compiler's checks");
    }

    PipelineSpec pipeline(CreatePipeline create, CatalogView catalog, Session session) {
        throw new StatementException(SqlState.UNSUPPORTED, "CREATE PIPELINE waits for the compiler's checks");
    }

    String text(CreatePipeline create) {
        return dev.millrace.ddl.print.SqlPrinter.print(create);
    }
}
