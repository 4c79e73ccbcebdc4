/**
 * Operators and functions: the one table of them, with what they take, what they answer, and the DuckDB SQL they become.
 *
 * <p>MySQL's meaning holds, not Calcite's and not DuckDB's. A call goes through four hands:
 * {@link dev.millrace.ddl.check.operator.OperatorRewrite} replaces what the parser made of it by an
 * {@link dev.millrace.ddl.check.operator.Operator} of the table (what is not there is refused, with its name and
 * place); Calcite's validator asks that operator for its type; {@link dev.millrace.ddl.check.operator.Convertlets} puts
 * in the conversions of its operands that MySQL does silently; and {@link dev.millrace.ddl.check.operator.RexWriter}
 * prints the DuckDB SQL, whose value has the promised type.
 *
 * <p>Calcite's own type coercion and simplification stay off: both know another SQL than MySQL's. Text has one Calcite
 * type, VARCHAR, because Calcite pads CHAR literals. Whoever adds an operator adds a row to one of the tables here and a
 * test that runs it on DuckDB.
 */
package dev.millrace.ddl.check.operator;
