package dev.millrace.aggregator.plan;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.util.Optionality;

/**
 * An aggregate function with a type of ours: a step of a split aggregation has the type of the whole, which is not what
 * the function would infer from the step's input.
 */
final class TypedAggregate extends SqlAggFunction {
    private final String separator;

    private TypedAggregate(SqlAggFunction function, RelDataType type, String separator) {
        super(
                function.getName(),
                null,
                function.getKind(),
                ReturnTypes.explicit(type),
                null,
                OperandTypes.VARIADIC,
                SqlFunctionCategory.USER_DEFINED_FUNCTION,
                false,
                false,
                Optionality.OPTIONAL);
        this.separator = separator;
    }

    static TypedAggregate of(SqlAggFunction function, RelDataType type) {
        return new TypedAggregate(function, type, "");
    }

    /** GROUP_CONCAT, whose separator is no column. */
    static TypedAggregate concat(SqlAggFunction function, RelDataType type, String separator) {
        return new TypedAggregate(function, type, separator);
    }

    String separator() {
        return separator;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TypedAggregate that && super.equals(other) && separator.equals(that.separator);
    }

    @Override
    public int hashCode() {
        return super.hashCode() * 31 + separator.hashCode();
    }
}
