package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** What a rewritten expression may ask of the statement it stands in. */
public interface RewriteContext {
    /**
     * What a function stands for that depends on the session or the clock.
     *
     * @param name in upper case; {@code @@} and {@code @} with the variable's name as their operand
     * @return empty for every other function
     */
    Optional<SqlNode> function(String name, List<SqlNode> operands, SqlParserPos pos);

    /** The value of a {@code ?}. */
    SqlNode parameter(int index, SqlParserPos pos);

    /** A table of FROM that is no common table expression, as (database, table) in the catalog's spelling. */
    SqlIdentifier table(SqlIdentifier name);

    /**
     * An expression that is evaluated wherever its rows are, and must be the same there: as outside of any session, and
     * without the clock.
     */
    static RewriteContext withoutClock() {
        RewriteContext outside = withoutSession();
        return new RewriteContext() {
            @Override
            public Optional<SqlNode> function(String name, List<SqlNode> operands, SqlParserPos pos) {
                if (outside.function(name, operands, pos).isPresent()) {
                    throw new StatementException(
                            SqlState.UNSUPPORTED,
                            name + "() in ON DUPLICATE KEY UPDATE of a load is not supported: SET a column to it, and"
                                    + " take its VALUES()",
                            Operator.position(pos));
                }
                return Optional.empty();
            }

            @Override
            public SqlNode parameter(int index, SqlParserPos pos) {
                return outside.parameter(index, pos);
            }

            @Override
            public SqlIdentifier table(SqlIdentifier name) {
                return outside.table(name);
            }
        };
    }

    /** An expression that stands outside of any session: DEFAULT, and SET and WHERE of a pipeline. */
    static RewriteContext withoutSession() {
        return new RewriteContext() {
            @Override
            public Optional<SqlNode> function(String name, List<SqlNode> operands, SqlParserPos pos) {
                boolean fraction = operands.size() == 1
                        && operands.get(0) instanceof SqlLiteral literal
                        && !literal.toValue().equals("0");
                return switch (name) {
                    case "NOW", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "UTC_TIMESTAMP", "SYSDATE" ->
                        Optional.of(
                                new SqlBasicCall(fraction ? TimeOperators.NOW_6 : TimeOperators.NOW, List.of(), pos));
                    case "CURDATE", "CURRENT_DATE", "UTC_DATE" ->
                        Optional.of(new SqlBasicCall(TimeOperators.TODAY, List.of(), pos));
                    default -> Optional.empty();
                };
            }

            @Override
            public SqlNode parameter(int index, SqlParserPos pos) {
                throw new StatementException(
                        SqlState.WRONG_ARGUMENTS, "a parameter has no value here", Operator.position(pos));
            }

            @Override
            public SqlIdentifier table(SqlIdentifier name) {
                throw new StatementException(
                        SqlState.UNSUPPORTED,
                        "a query inside this expression is not supported",
                        Operator.position(name.getParserPosition()));
            }
        };
    }
}
