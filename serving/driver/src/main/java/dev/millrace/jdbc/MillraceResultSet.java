package dev.millrace.jdbc;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.apache.calcite.avatica.AvaticaResultSet;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.QueryState;
import org.apache.calcite.avatica.util.Cursor;

/** A result whose timestamps arrive in microseconds. */
final class MillraceResultSet extends AvaticaResultSet {
    private final TimeZone zone;

    MillraceResultSet(
            AvaticaStatement statement,
            QueryState state,
            Meta.Signature signature,
            ResultSetMetaData metadata,
            TimeZone zone,
            Meta.Frame frame)
            throws SQLException {
        super(statement, state, signature, metadata, zone, frame);
        this.zone = zone;
    }

    @Override
    protected AvaticaResultSet execute() throws SQLException {
        super.execute();
        List<Cursor.Accessor> accessors = new ArrayList<>(accessorList);
        for (int i = 0; i < accessors.size(); i++) {
            ColumnMetaData column = columnMetaDataList.get(i);
            if (column.type.id == Types.TIMESTAMP) {
                accessors.set(i, MicrosAccessor.over(accessors.get(i), column.scale, zone));
            }
        }
        accessorList = List.copyOf(accessors);
        return this;
    }
}
