package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.Types;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.Statistic;
import org.apache.calcite.schema.Statistics;
import org.apache.calcite.schema.impl.AbstractTable;
import org.apache.calcite.util.ImmutableBitSet;

/** A table as Calcite sees it, with what placement needs to know of it. */
final class CatalogTable extends AbstractTable {
    private final DatabaseSpec database;
    private final TableSpec spec;

    CatalogTable(DatabaseSpec database, TableSpec spec) {
        this.database = database;
        this.spec = spec;
    }

    DatabaseSpec database() {
        return database;
    }

    TableSpec spec() {
        return spec;
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory factory) {
        RelDataTypeFactory.Builder row = factory.builder();
        for (ColumnSpec column : spec.columns()) {
            row.add(column.name(), Types.of(factory, column.type(), column.nullable()));
        }
        return row.build();
    }

    /** Unique keys without NULLs: a scalar subquery over one of them has one row at most. */
    @Override
    public Statistic getStatistic() {
        List<ImmutableBitSet> keys = spec.keys().stream()
                .filter(this::isNotNull)
                .map(key -> ImmutableBitSet.of(
                        key.columns().stream().map(spec::indexOf).toList()))
                .toList();
        return Statistics.of(1000, keys);
    }

    private boolean isNotNull(KeySpec key) {
        return key.columns().stream()
                .noneMatch(name -> spec.column(name).orElseThrow().nullable());
    }
}
