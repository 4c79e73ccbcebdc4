package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.Catalog;
import dev.millrace.ddl.check.operator.Convertlets;
import dev.millrace.ddl.check.operator.MySqlTypeFactory;
import dev.millrace.ddl.check.operator.Types;
import dev.millrace.ddl.check.operator.Validation;
import dev.millrace.ddl.check.operator.ValidationErrors;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptPredicateList;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql2rel.SqlToRelConverter;

/** Text → checked operators: parse, rewrite, validate, convert. */
final class Analyzer {
    private final Catalog catalog;

    Analyzer(Catalog catalog) {
        this.catalog = catalog;
    }

    AnalyzedQuery analyze(String sql, QueryContext context) {
        SqlNode parsed = QueryText.parse(sql);
        SqlNode rewritten = Validation.rewriteQuery(parsed, context);
        MySqlTypeFactory types = new MySqlTypeFactory();
        Properties properties = new Properties();
        properties.setProperty(CalciteConnectionProperty.CASE_SENSITIVE.camelName(), "false");
        CalciteCatalogReader reader = new CalciteCatalogReader(
                context.schema(), List.of(), types, new CalciteConnectionConfigImpl(properties));
        SqlValidator validator = Validation.validator(reader, types);
        SqlNode valid = validator.validate(rewritten);
        RelOptCluster cluster =
                RelOptCluster.create(new HepPlanner(HepProgram.builder().build()), new RexBuilder(types));
        cluster.setMetadataQuerySupplier(WithoutPredicates::new);
        SqlToRelConverter converter = new SqlToRelConverter(
                (row, query, schema, view) -> {
                    throw new IllegalStateException("no views");
                },
                validator,
                reader,
                cluster,
                new Convertlets(),
                SqlToRelConverter.config()
                        .withTrimUnusedFields(false)
                        .withExpand(false)
                        .withRelBuilderConfigTransform(
                                config -> config.withSimplify(false).withPushJoinCondition(true)));
        RelNode rel = converter.convertQuery(valid, false, true).project(true);
        List<ResultColumn> columns = columns(sql, valid, validator);
        return new AnalyzedQuery(rel, columns, context.tables(), context.parametersSeen(), !context.isSessionAsked());
    }

    private List<ResultColumn> columns(String sql, SqlNode valid, SqlValidator validator) {
        List<RelDataTypeField> fields = validator.getValidatedNodeType(valid).getFieldList();
        List<List<String>> origins = validator.getFieldOrigins(valid);
        List<String> labels = QueryText.labels(sql, valid, fields);
        List<ResultColumn> columns = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            RelDataTypeField field = fields.get(i);
            Optional<ResultColumn.Origin> origin = origin(origins.get(i));
            SqlType type = Types.sqlType(field.getType());
            SqlType declared = origin.flatMap(this::column)
                    .map(ColumnSpec::type)
                    .filter(known -> known.duckdb().equals(type.duckdb()))
                    .orElse(type);
            columns.add(
                    new ResultColumn(labels.get(i), declared, field.getType().isNullable(), origin));
        }
        return columns;
    }

    private Optional<ColumnSpec> column(ResultColumn.Origin origin) {
        return catalog.table(origin.database(), origin.table()).flatMap(table -> table.column(origin.column()));
    }

    private static Optional<ResultColumn.Origin> origin(List<String> names) {
        if (names == null || names.size() < 3) {
            return Optional.empty();
        }
        List<String> last = names.subList(names.size() - 3, names.size());
        return Optional.of(new ResultColumn.Origin(last.get(0), last.get(1), last.get(2)));
    }

    /**
     * What rules may know of an operator, but for predicates: Calcite evaluates them itself, in another SQL than MySQL's,
     * and fails on literals of dates.
     */
    private static final class WithoutPredicates extends RelMetadataQuery {
        @Override
        public RelOptPredicateList getPulledUpPredicates(RelNode rel) {
            return RelOptPredicateList.EMPTY;
        }
    }

    /** Runs a step whose exceptions are the user's mistakes in Calcite's words. */
    static <T> T guarded(Supplier<T> step) {
        try {
            return step.get();
        } catch (StatementException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            throw ValidationErrors.translate(e);
        }
    }

    static String text(RelNode rel) {
        return RelOptUtil.toString(rel);
    }
}
