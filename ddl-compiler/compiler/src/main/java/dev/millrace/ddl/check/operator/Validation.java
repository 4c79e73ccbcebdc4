package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.StatementException;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.apache.calcite.sql.validate.implicit.TypeCoercion;
import org.apache.calcite.sql.validate.implicit.TypeCoercionImpl;

/** Calcite's validator with Millrace's operators: coercion and rewrites of its own are off. */
public final class Validation {
    private Validation() {}

    public static SqlValidator validator(CalciteCatalogReader catalog, RelDataTypeFactory types) {
        return new WithoutCoercion(
                catalog,
                types,
                SqlValidator.Config.DEFAULT
                        .withConformance(SqlConformanceEnum.MYSQL_5)
                        .withDefaultNullCollation(NullCollation.LOW)
                        .withTypeCoercionEnabled(false)
                        .withCallRewrite(false)
                        .withIdentifierExpansion(true));
    }

    /**
     * Replaces a query's operators by those of the table, in place.
     *
     * @throws StatementException for what is not in the table, and for clauses that are not supported
     */
    public static SqlNode rewriteQuery(SqlNode query, RewriteContext context) {
        return new OperatorRewrite(context).queries().query(query);
    }

    /** The same for an expression. */
    public static SqlNode rewriteExpression(SqlNode expression, RewriteContext context) {
        return new OperatorRewrite(context).expression(expression);
    }

    /** The same for an expression that decides, as WHERE does. */
    public static SqlNode rewriteCondition(SqlNode expression, RewriteContext context) {
        return new OperatorRewrite(context).condition(expression);
    }

    /** USING asks for a coercion even where there is none. */
    private static final class WithoutCoercion extends SqlValidatorImpl {
        private final TypeCoercion none;

        private WithoutCoercion(CalciteCatalogReader catalog, RelDataTypeFactory types, Config config) {
            super(Operators.calcite(), catalog, types, config);
            none = new TypeCoercionImpl(types, this) {
                @Override
                public RelDataType commonTypeForBinaryComparison(RelDataType left, RelDataType right) {
                    return null;
                }
            };
        }

        @Override
        public TypeCoercion getTypeCoercion() {
            return none;
        }
    }
}
