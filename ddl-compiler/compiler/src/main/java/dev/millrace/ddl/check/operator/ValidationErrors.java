package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.runtime.CalciteException;
import org.apache.calcite.sql.validate.SqlValidatorException;

/** What Calcite's validator complains about, in MySQL's words and numbers. */
public final class ValidationErrors {
    private record Rule(Pattern complaint, SqlState state, String message) {
        Optional<String> apply(String text) {
            Matcher matcher = complaint.matcher(text);
            return matcher.matches() ? Optional.of(matcher.replaceFirst(message)) : Optional.empty();
        }
    }

    private static final List<Rule> RULES = List.of(
            rule("Column '(.*)' not found in table '(.*?)'.*", SqlState.UNKNOWN_COLUMN, "Unknown column '$2.$1'"),
            rule("Column '(.*?)' not found in any table.*", SqlState.UNKNOWN_COLUMN, "Unknown column '$1'"),
            rule("Table '(.*?)' not found.*", SqlState.UNKNOWN_COLUMN, "Unknown table '$1' in a column's name"),
            rule("Unknown (?:identifier|field) '(.*)'", SqlState.UNKNOWN_COLUMN, "Unknown column '$1'"),
            rule("Object '(.*?)' not found.*", SqlState.UNKNOWN_TABLE, "Table '$1' doesn't exist"),
            rule(
                    "Ordinal out of range",
                    SqlState.UNKNOWN_COLUMN,
                    "ORDER BY or GROUP BY names a column that is not there"),
            rule("Column '(.*)' is ambiguous", SqlState.AMBIGUOUS_COLUMN, "Column '$1' is ambiguous"),
            rule("Column name '(.*)' in NATURAL.*", SqlState.AMBIGUOUS_COLUMN, "Column '$1' in USING is ambiguous"),
            rule("Duplicate relation name '(.*)' in FROM.*", SqlState.NOT_UNIQUE_ALIAS, "Not unique table/alias: '$1'"),
            rule("Duplicate name '(.*)' in column.*", SqlState.DUPLICATE_COLUMN, "Duplicate column name '$1'"),
            rule("Duplicate column name '(.*)' in output", SqlState.DUPLICATE_COLUMN, "Duplicate column name '$1'"),
            rule(
                    "Expression '(.*)' is not being grouped",
                    SqlState.NOT_GROUPED,
                    "'$1' is neither grouped nor aggregated"),
            rule(
                    "Expression '(.*)' is not in the select clause",
                    SqlState.NOT_GROUPED,
                    "ORDER BY '$1' is not in the SELECT list, which DISTINCT needs"),
            rule(
                    "Aggregate expressions cannot be nested",
                    SqlState.INVALID_GROUP_FUNCTION,
                    "Invalid use of group function: inside another one"),
            rule(
                    "(?:Windowed a|A)ggregate expression is illegal in (.*)",
                    SqlState.INVALID_GROUP_FUNCTION,
                    "Invalid use of group function: in $1"),
            rule(
                    "Window expressions are not permitted.*",
                    SqlState.INVALID_GROUP_FUNCTION,
                    "A window function in HAVING"),
            rule("OVER clause is necessary.*", SqlState.SYNTAX_ERROR, "A window function needs OVER"),
            rule("OVER must be applied.*", SqlState.SYNTAX_ERROR, "OVER follows a function that is no window function"),
            rule("Window '(.*)' not found", SqlState.SYNTAX_ERROR, "Window '$1' is not defined"),
            rule(
                    "Column count mismatch in (.*)",
                    SqlState.UNEQUAL_SELECT_LISTS,
                    "The SELECTs of $1 have different numbers of columns"),
            rule("Only scalar sub-queries.*", SqlState.WRONG_TYPE, "Operand should contain 1 column(s)"),
            rule("Unequal number of entries in ROW.*", SqlState.WRONG_TYPE, "Rows of different lengths are compared"),
            rule("Values passed to (.*) operator must.*", SqlState.WRONG_TYPE, "$1 compares types that do not compare"),
            rule("Cannot apply '(.*?)' to arg.*", SqlState.WRONG_TYPE, "$1 does not take operands of these types"),
            rule(
                    "Type mismatch in column (.*) of (.*)",
                    SqlState.WRONG_TYPE,
                    "Column $1 of $2 has types that do not meet"),
            rule(
                    "Column '(.*)' matched using.*",
                    SqlState.WRONG_TYPE,
                    "Column '$1' of USING has types that do not compare"),
            rule(
                    "List of column aliases must.*",
                    SqlState.UNEQUAL_SELECT_LISTS,
                    "A list of column names has another length than its table"),
            rule("Invalid number of arg.*'(.*)'.*", SqlState.WRONG_PARAMETER_COUNT, "Incorrect parameter count of $1"),
            rule(
                    "No match found for function sig.* (.*)\\(.*",
                    SqlState.UNKNOWN_FUNCTION,
                    "FUNCTION $1 does not exist"),
            rule("Illegal (\\w+) literal '(.*)': .*", SqlState.INCORRECT_VALUE, "Incorrect $1 value: '$2'"),
            rule("SELECT \\* requires a FROM clause", SqlState.SYNTAX_ERROR, "No tables used"),
            rule("(?:INNER|.*join requires a condition).*", SqlState.SYNTAX_ERROR, "A JOIN needs ON or USING"),
            rule(
                    "Cannot qualify common column '(.*)'",
                    SqlState.UNSUPPORTED,
                    "The USING column '$1' with its table is not supported"),
            rule("Illegal use of 'NULL'", SqlState.UNSUPPORTED, "NULL without a type is not supported here"));

    private ValidationErrors() {}

    private static Rule rule(String complaint, SqlState state, String message) {
        return new Rule(Pattern.compile(complaint, Pattern.DOTALL), state, message);
    }

    /** The error for what a validator or a converter threw; exceptions that are no complaint are internal errors. */
    public static StatementException translate(Throwable thrown) {
        Optional<Position> place = Optional.empty();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof StatementException statement) {
                return statement.position().isPresent() || place.isEmpty() ? statement : statement.at(place.get());
            }
            if (cause instanceof CalciteContextException context && place.isEmpty() && context.getPosLine() > 0) {
                place = Optional.of(new Position(context.getPosLine(), Math.max(1, context.getPosColumn())));
            }
            boolean complaint = cause instanceof SqlValidatorException
                    || cause instanceof CalciteException && !(cause instanceof CalciteContextException);
            if (complaint) {
                StatementException error = complaint(String.valueOf(cause.getMessage()), thrown);
                return place.isPresent() ? error.at(place.get()) : error;
            }
        }
        if (thrown instanceof StackOverflowError) {
            return new StatementException(SqlState.UNSUPPORTED, "the statement is nested too deeply", thrown);
        }
        if (thrown instanceof UnsupportedOperationException) {
            return new StatementException(SqlState.UNSUPPORTED, "this form of query is not supported", thrown);
        }
        return new StatementException(SqlState.INTERNAL, "the query could not be planned", thrown);
    }

    private static StatementException complaint(String text, Throwable thrown) {
        for (Rule rule : RULES) {
            Optional<String> message = rule.apply(text);
            if (message.isPresent()) {
                return new StatementException(rule.state(), message.get(), thrown);
            }
        }
        return new StatementException(SqlState.UNSUPPORTED, "not supported: " + text, thrown);
    }
}
