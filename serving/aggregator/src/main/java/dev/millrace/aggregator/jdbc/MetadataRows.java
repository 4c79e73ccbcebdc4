package dev.millrace.aggregator.jdbc;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.calcite.avatica.AvaticaConnection;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.MetaImpl;

/**
 * Rows of metadata in the columns that JDBC prescribes. Avatica has a class for each form whose public fields are those
 * columns in their order; its reading of them is protected, hence the base class.
 */
abstract class MetadataRows extends MetaImpl {
    private MetadataRows(AvaticaConnection connection) {
        super(connection);
    }

    static Meta.Signature signature(Class<?> form) {
        return Meta.Signature.create(
                fieldMetaData(form).columns, "", List.of(), Meta.CursorFactory.LIST, Meta.StatementType.SELECT);
    }

    static List<Object> rows(Class<?> form, List<?> values) {
        List<Field> fields = Arrays.stream(form.getFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .toList();
        List<Object> rows = new ArrayList<>(values.size());
        for (Object value : values) {
            List<Object> row = new ArrayList<>(fields.size());
            for (Field field : fields) {
                try {
                    row.add(field.get(value));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException("a public field of " + form, e);
                }
            }
            rows.add(row);
        }
        return rows;
    }
}
