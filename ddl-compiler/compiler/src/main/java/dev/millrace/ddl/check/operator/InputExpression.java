package dev.millrace.ddl.check.operator;

import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.parser.SqlParsers;
import dev.millrace.spec.RecordProperty;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlShuttle;

/** Expressions over the inputs of a load, which are columns and {@code @variables}, in DuckDB's SQL. */
public final class InputExpression {
    private static final String VARIABLE = "@";
    private static final String PROPERTY = "get_kafka_pipeline_prop";

    /** Variables that are made of variables would double an expression with each step. */
    private static final int EXPRESSION_LENGTH_MAX = 64 << 10;

    private final MySqlTypeFactory types = new MySqlTypeFactory();
    private final RexBuilder rex = new RexBuilder(types);
    private final TreeMap<String, String> names = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final NamedInputs inputs = new NamedInputs(types, rex);
    private final List<String> quoted = new ArrayList<>();

    /** @param inputs names, those of variables with their {@code @}, and types; all of them may be NULL */
    public InputExpression(Map<String, SqlType> inputs) {
        inputs.forEach((name, type) -> {
            names.put(name, name);
            this.inputs.add(name, Types.of(types, type, true));
            quoted.add('"' + name.replace("\"", "\"\"") + '"');
        });
    }

    /**
     * The value as text, NULL for NULL; for a binary target in hexadecimal. Inputs stand as quoted identifiers.
     *
     * @throws StatementException for what is not in the table of operators, or is no input
     */
    public String value(SqlText text, SqlType target) {
        RexNode node = convert(text, false);
        String sql = writer().writeTyped(node);
        Types.Family family = Types.family(node.getType());
        boolean binary = switch (target.kind()) {
            case BINARY, VARBINARY, BLOB -> true;
            default -> false;
        };
        if (family == Types.Family.BINARY) {
            return binary ? "hex(" + sql + ")" : "decode(" + sql + ")";
        }
        RelDataType varchar = types.createTypeWithNullability(types.createSqlType(SqlTypeName.VARCHAR), true);
        boolean character = switch (target.kind()) {
            case CHAR, VARCHAR, TEXT, JSON -> true;
            default -> false;
        };
        // A column of numbers or times reads DuckDB's text to the last digit; text is how MySQL prints a value.
        boolean plain = !character && family != Types.Family.BOOL && family != Types.Family.TEXT;
        String asText = plain ? "CAST(" + sql + " AS VARCHAR)" : Conversion.convert(sql, node.getType(), varchar);
        return binary ? "hex(encode(" + asText + "))" : asText;
    }

    /**
     * Gives a variable the value of an expression, in place of what was read into it: expressions to come that name it have
     * this one inside of them.
     *
     * @param name with its {@code @}
     */
    public void define(String name, SqlText text) {
        RexNode node = convert(text, false);
        if (writer().write(node).length() > EXPRESSION_LENGTH_MAX) {
            throw new StatementException(
                    SqlState.UNSUPPORTED,
                    "SET " + name + " to an expression of more than " + EXPRESSION_LENGTH_MAX
                            + " characters is not supported",
                    text.at().position());
        }
        names.put(name, name);
        inputs.define(name, node);
    }

    /** Truth: true, false or NULL. */
    public String condition(SqlText text) {
        RexNode node = convert(text, true);
        RelDataType truth = types.createTypeWithNullability(types.createSqlType(SqlTypeName.BOOLEAN), true);
        return Conversion.convert(writer().write(node), node.getType(), truth);
    }

    private RexWriter writer() {
        return new RexWriter(rex, quoted::get);
    }

    private RexNode convert(SqlText text, boolean condition) {
        SqlNode parsed = SqlParsers.expression(text).accept(new Inputs());
        return inputs.convert(parsed, condition, RewriteContext.withoutSession());
    }

    /** Names become the inputs' own spelling; {@code @x}, which the parser makes a call, becomes a name. */
    private final class Inputs extends SqlShuttle {
        @Override
        public SqlNode visit(SqlCall call) {
            if (call.getOperator().getName().equals(VARIABLE)
                    && call.operandCount() == 1
                    && call.operand(0) instanceof SqlLiteral name) {
                String wanted = VARIABLE + name.toValue();
                return known(
                        wanted,
                        "Unknown variable '" + wanted + "': no field is read into it, and SET gives it no value before",
                        call);
            }
            if (call.getOperator().getName().equalsIgnoreCase(PROPERTY)) {
                return property(call);
            }
            if (call.getOperator().getName().equalsIgnoreCase(RecordProperty.FILE.word()) && call.operandCount() == 0) {
                return known(RecordProperty.FILE.input(), call.getOperator().getName() + " is for files", call);
            }
            if (call.isA(SqlKind.QUERY)) {
                throw new StatementException(
                        SqlState.UNSUPPORTED,
                        "a query in an expression of LOAD DATA is not supported",
                        Operator.position(call.getParserPosition()));
            }
            return super.visit(call);
        }

        @Override
        public SqlNode visit(SqlIdentifier name) {
            String last = name.names.get(name.names.size() - 1);
            boolean word = name.isSimple()
                    && !name.isComponentQuoted(0)
                    && name.getSimple().regionMatches(true, 0, "CURRENT_", 0, 8);
            return word ? name : known(last, "Unknown column '" + name + "' in an expression of LOAD DATA", name);
        }

        private SqlNode property(SqlCall call) {
            String word = call.operandCount() == 1 && call.operand(0) instanceof SqlLiteral literal
                    ? literal.toValue()
                    : null;
            RecordProperty property = Optional.ofNullable(word)
                    .flatMap(RecordProperty::of)
                    .orElseThrow(() -> new StatementException(
                            SqlState.WRONG_ARGUMENTS,
                            PROPERTY + " takes one of "
                                    + RecordProperty.ofKafka()
                                            .map(known -> "'" + known.word() + "'")
                                            .collect(Collectors.joining(", ")),
                            Operator.position(call.getParserPosition())));
            return known(property.input(), PROPERTY + " is for pipelines that read Kafka", call);
        }

        private SqlIdentifier known(String wanted, String message, SqlNode node) {
            String name = Optional.ofNullable(names.get(wanted))
                    .orElseThrow(() -> new StatementException(
                            SqlState.UNKNOWN_COLUMN, message, Operator.position(node.getParserPosition())));
            return new SqlIdentifier(name, node.getParserPosition());
        }
    }
}
