package dev.millrace.aggregator.execute;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot;

/** Names in statements → what the catalog has under them, or MySQL's errors. */
final class Names {
    private Names() {}

    /** The database that a name without one is in. */
    static String database(ObjectName name, Session session) {
        return name.database()
                .map(Identifier::text)
                .or(session::database)
                .orElseThrow(() -> new StatementException(
                        SqlState.NO_DATABASE_SELECTED,
                        "No database selected",
                        name.at().position()));
    }

    static DatabaseSpec database(CatalogView catalog, Identifier name) {
        return catalog.database(name.text())
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_DATABASE,
                        "Unknown database '" + name.text() + "'",
                        name.at().position()));
    }

    static TableSpec table(CatalogView catalog, ObjectName name, Session session) {
        String database = database(name, session);
        if (catalog.database(database).isEmpty()) {
            throw new StatementException(
                    SqlState.UNKNOWN_DATABASE,
                    "Unknown database '" + database + "'",
                    name.at().position());
        }
        return catalog.table(database, name.name().text())
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_TABLE,
                        "Table '" + database + "." + name.name().text() + "' doesn't exist",
                        name.at().position()));
    }

    static CatalogSnapshot.Pipeline pipeline(CatalogView catalog, ObjectName name, Session session) {
        String database = database(name, session);
        return catalog.pipelineStatus(database, name.name().text())
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_PIPELINE,
                        "Pipeline '" + database + "." + name.name().text() + "' doesn't exist",
                        name.at().position()));
    }
}
