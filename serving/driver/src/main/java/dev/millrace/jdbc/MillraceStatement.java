package dev.millrace.jdbc;

import java.sql.SQLException;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.Meta;

/** A statement that can be cancelled. */
final class MillraceStatement extends AvaticaStatement {
    MillraceStatement(
            MillraceConnection connection, Meta.StatementHandle handle, int type, int concurrency, int holdability) {
        super(connection, handle, type, concurrency, holdability);
    }

    /** Ends what this statement's connection is doing. Avatica's own would only stop reading. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // another thread is inside, waiting for the answer
    public void cancel() throws SQLException {
        ((MillraceConnection) connection).killQuery();
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // as above
    public void close() throws SQLException {
        ((MillraceConnection) connection).beforeClose(this);
        super.close();
    }
}
