package dev.millrace.aggregator.execute;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.Warning;
import dev.millrace.ddl.check.Checker;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot;
import java.util.List;

/** Names in statements of a session → what the catalog has under them, or the checker's errors. */
final class Names {
    private Names() {}

    static Checker checker(CatalogView catalog, Session session) {
        return new Checker(catalog, session.database().orElse(""));
    }

    /** A pipeline with its state; the checker says what is wrong if there is none. */
    static CatalogSnapshot.Pipeline pipeline(CatalogView catalog, ObjectName name, Session session) {
        return catalog.status(checker(catalog, session).pipeline(name));
    }

    /** What IF EXISTS and IF NOT EXISTS make a note of, and nothing else. */
    static void note(boolean tolerated, StatementException error, Session session) {
        if (!tolerated) {
            throw error;
        }
        session.warn(List.of(new Warning(Warning.Level.NOTE, error.state().number(), error.getMessage())));
    }
}
