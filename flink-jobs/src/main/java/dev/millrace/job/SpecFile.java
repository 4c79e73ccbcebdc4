package dev.millrace.job;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.PipelineState;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.RefusedException;
import java.util.List;
import java.util.Optional;

/** Puts the pipeline of a file into the catalog: made and started if it is new, replaced with its cursors if not. */
final class SpecFile {
    private SpecFile() {}

    /**
     * Credentials are those of the catalog: a file has none.
     *
     * @throws StatementException UNKNOWN_TABLE, and what the system partition refuses
     */
    static void register(StoreClient store, CatalogSnapshot catalog, PipelineSpec file) {
        PipelineSpec spec = file.withTable(table(catalog, file));
        Optional<CatalogSnapshot.Pipeline> known = catalog.pipeline(spec.database(), spec.name());
        String sql = "-- submitted as a spec";
        try {
            if (known.isEmpty()) {
                long id = store.system(new SystemEntry.AllocateId()).number();
                store.system(new SystemEntry.CreatePipeline(spec.withId(id), sql, now()));
                store.system(new SystemEntry.NewRun(id, PipelineState.RUNNING, false, now()));
                return;
            }
            CatalogSnapshot.Pipeline there = known.get();
            PipelineSpec same = spec.withId(there.spec().id());
            if (!same.equals(there.spec())) {
                store.system(new SystemEntry.ReplacePipeline(
                        there.run(), same, sql, there.credentials(), List.of(), List.of(), now()));
            }
        } catch (RefusedException e) {
            throw e.toStatementException();
        }
    }

    private static TableSpec table(CatalogSnapshot catalog, PipelineSpec file) {
        TableSpec wanted = file.table();
        TableSpec table = catalog.tables().stream()
                .map(CatalogSnapshot.Table::spec)
                .filter(spec -> spec.database().equalsIgnoreCase(wanted.database())
                        && spec.name().equalsIgnoreCase(wanted.name()))
                .findFirst()
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_TABLE,
                        "Table '" + wanted.database() + "." + wanted.name() + "' doesn't exist"));
        if (!table.columns().equals(wanted.columns())) {
            throw new StatementException(
                    SqlState.TABLE_CHANGED,
                    "table '" + table.database() + "." + table.name() + "' has other columns than the spec was compiled"
                            + " for: compile it again");
        }
        return table;
    }

    private static long now() {
        return System.currentTimeMillis();
    }
}
