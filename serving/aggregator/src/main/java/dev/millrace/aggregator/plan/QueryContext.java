package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.Catalog;
import dev.millrace.ddl.check.operator.Operator;
import dev.millrace.ddl.check.operator.RewriteContext;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.schema.SchemaPlus;
import org.apache.calcite.schema.impl.AbstractSchema;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;

/** Names and values that one query resolves: its tables, its parameters, and its session. */
final class QueryContext implements RewriteContext {
    private static final Set<String> MOMENTS =
            Set.of("NOW", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "UTC_TIMESTAMP", "SYSDATE");
    private static final Set<String> DAYS = Set.of("CURDATE", "CURRENT_DATE", "UTC_DATE");

    private final Catalog catalog;
    private final SessionValues session;
    private final List<?> parameters;
    private final boolean parametersKnown;
    private final Map<List<String>, CatalogTable> tables = new LinkedHashMap<>();
    private int parametersSeen;
    private boolean sessionAsked;

    /** @param parametersKnown whether the values are there; NULL stands for each of them otherwise */
    QueryContext(Catalog catalog, SessionValues session, List<?> parameters, boolean parametersKnown) {
        this.catalog = catalog;
        this.session = session;
        this.parameters = parameters;
        this.parametersKnown = parametersKnown;
    }

    int parametersSeen() {
        return parametersSeen;
    }

    /** Whether the query has a value of the session or the clock in it, so that its plan is good for once only. */
    boolean isSessionAsked() {
        return sessionAsked;
    }

    List<CatalogTable> tables() {
        return List.copyOf(tables.values());
    }

    /** The tables that were resolved, as a Calcite schema. */
    CalciteSchema schema() {
        CalciteSchema root = CalciteSchema.createRootSchema(false, false);
        Map<String, SchemaPlus> databases = new HashMap<>();
        tables.forEach((name, table) -> databases
                .computeIfAbsent(name.get(0), database -> root.plus().add(database, new AbstractSchema()))
                .add(name.get(1), table));
        return root;
    }

    @Override
    public SqlIdentifier table(SqlIdentifier name) {
        if (name.names.size() > 2) {
            throw at(SqlState.UNKNOWN_TABLE, "Table '" + String.join(".", name.names) + "' doesn't exist", name);
        }
        String database = name.isSimple()
                ? session.database().orElseThrow(() -> at(SqlState.NO_DATABASE_SELECTED, "No database selected", name))
                : name.names.get(0);
        DatabaseSpec home = catalog.database(database)
                .orElseThrow(() -> at(SqlState.UNKNOWN_DATABASE, "Unknown database '" + database + "'", name));
        String table = name.names.get(name.names.size() - 1);
        TableSpec spec = catalog.table(home.name(), table)
                .orElseThrow(() ->
                        at(SqlState.UNKNOWN_TABLE, "Table '" + home.name() + "." + table + "' doesn't exist", name));
        List<String> full = List.of(home.name(), spec.name());
        tables.putIfAbsent(full, new CatalogTable(home, spec));
        SqlParserPos last = name.getComponentParserPosition(name.names.size() - 1);
        return new SqlIdentifier(
                full, null, name.getParserPosition(), List.of(name.getComponentParserPosition(0), last));
    }

    private static StatementException at(SqlState state, String message, SqlNode node) {
        return new StatementException(state, message, Operator.position(node.getParserPosition()));
    }

    @Override
    public SqlNode parameter(int index, SqlParserPos pos) {
        parametersSeen = Math.max(parametersSeen, index + 1);
        if (!parametersKnown) {
            return SqlLiteral.createNull(pos);
        }
        if (index >= parameters.size()) {
            throw new StatementException(
                    SqlState.WRONG_ARGUMENTS,
                    "parameter " + (index + 1) + " of the statement has no value",
                    Operator.position(pos));
        }
        return Literals.of(parameters.get(index), pos);
    }

    @Override
    public Optional<SqlNode> function(String name, List<SqlNode> operands, SqlParserPos pos) {
        Optional<SqlNode> value = value(name, operands, pos);
        sessionAsked |= value.isPresent();
        return value;
    }

    private Optional<SqlNode> value(String name, List<SqlNode> operands, SqlParserPos pos) {
        if (MOMENTS.contains(name) && operands.size() <= 1) {
            return Optional.of(moment(fraction(operands, pos), pos));
        }
        if (!operands.isEmpty()) {
            boolean variable = name.equals("@@") || name.equals("@");
            return variable
                    ? Optional.of(variable(name, ((SqlLiteral) operands.get(0)).toValue(), pos))
                    : Optional.empty();
        }
        if (DAYS.contains(name)) {
            return Optional.of(Literals.of(session.now().toLocalDate(), pos));
        }
        return switch (name) {
            case "DATABASE", "SCHEMA" ->
                Optional.of(Literals.of(session.database().orElse(null), pos));
            case "VERSION" -> Optional.of(Literals.of(session.version(), pos));
            case "USER", "CURRENT_USER", "SESSION_USER", "SYSTEM_USER" -> Optional.of(Literals.of(session.user(), pos));
            case "CONNECTION_ID" -> Optional.of(Literals.of(session.connectionId(), pos));
            case "UNIX_TIMESTAMP" -> Optional.of(Literals.of(session.now().toEpochSecond(ZoneOffset.UTC), pos));
            default -> Optional.empty();
        };
    }

    private static int fraction(List<SqlNode> operands, SqlParserPos pos) {
        if (operands.isEmpty()) {
            return 0;
        }
        String digits = operands.get(0) instanceof SqlLiteral literal ? String.valueOf(literal.toValue()) : "";
        if (!digits.matches("[0-6]")) {
            throw new StatementException(
                    SqlState.WRONG_ARGUMENTS, "fractional digits are a number from 0 to 6", Operator.position(pos));
        }
        return Integer.parseInt(digits);
    }

    private SqlNode moment(int fraction, SqlParserPos pos) {
        LocalDateTime now = session.now().truncatedTo(ChronoUnit.MICROS);
        int unit = (int) Math.pow(10, 9 - fraction);
        LocalDateTime cut = now.withNano(now.getNano() / unit * unit);
        return SqlLiteral.createTimestamp(SqlTypeName.TIMESTAMP, Literals.timestamp(cut), fraction, pos);
    }

    private SqlNode variable(String kind, String name, SqlParserPos pos) {
        if (kind.equals("@")) {
            throw new StatementException(
                    SqlState.UNSUPPORTED, "the user variable @" + name + " is not supported", Operator.position(pos));
        }
        String bare =
                name.toLowerCase(Locale.ROOT).replaceFirst("^@@", "").replaceFirst("^(session|global|local)\\.", "");
        Object value = session.variable(bare)
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_SYSTEM_VARIABLE,
                        "Unknown system variable '" + bare + "'",
                        Operator.position(pos)));
        return Literals.of(value, pos);
    }
}
