package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.StatementException;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql2rel.SqlToRelConverter;

/** Expressions that stand in no query: over inputs with a name and a type each. */
final class NamedInputs {
    private final MySqlTypeFactory types;
    private final RexBuilder rex;
    private final TreeMap<String, RexNode> inputs = new TreeMap<>();

    NamedInputs(MySqlTypeFactory types, RexBuilder rex) {
        this.types = types;
        this.rex = rex;
    }

    /** Adds an input; it is referred to by its number, from 0. */
    void add(String name, RelDataType type) {
        inputs.put(name, rex.makeInputRef(type, inputs.size()));
    }

    /** Lets a name stand for an expression; after the last {@link #add}. */
    void define(String name, RexNode node) {
        inputs.put(name, node);
    }

    /**
     * The expression as the planner has it.
     *
     * @param parsed with each input by its exact name
     * @param condition whether it decides, as WHERE does
     */
    RexNode convert(SqlNode parsed, boolean condition, RewriteContext context) {
        SqlNode rewritten = condition
                ? Validation.rewriteCondition(parsed, context)
                : Validation.rewriteExpression(parsed, context);
        CalciteCatalogReader nothing = new CalciteCatalogReader(
                CalciteSchema.createRootSchema(false),
                List.of(),
                types,
                new CalciteConnectionConfigImpl(new Properties()));
        SqlValidator validator = Validation.validator(nothing, types);
        try {
            TreeMap<String, RelDataType> inputTypes = new TreeMap<>();
            inputs.forEach((name, input) -> inputTypes.put(name, input.getType()));
            SqlNode valid = validator.validateParameterizedExpression(rewritten, inputTypes);
            SqlToRelConverter converter = new SqlToRelConverter(
                    (row, query, schema, view) -> {
                        throw new IllegalStateException("no views");
                    },
                    validator,
                    nothing,
                    RelOptCluster.create(new HepPlanner(HepProgram.builder().build()), rex),
                    new Convertlets(),
                    SqlToRelConverter.config());
            return converter.convertExpression(valid, inputs);
        } catch (StatementException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            throw ValidationErrors.translate(e);
        }
    }
}
