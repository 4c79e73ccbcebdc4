package dev.millrace.ddl.check;

import dev.millrace.ddl.CreateTable.TypeName;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** MySQL's spellings of types, folded into those that Millrace has. */
final class ColumnTypes {
    private static final Map<String, Kind> INTEGERS = Map.ofEntries(
            Map.entry("TINYINT", Kind.TINYINT),
            Map.entry("INT1", Kind.TINYINT),
            Map.entry("SMALLINT", Kind.SMALLINT),
            Map.entry("INT2", Kind.SMALLINT),
            Map.entry("MEDIUMINT", Kind.INT),
            Map.entry("MIDDLEINT", Kind.INT),
            Map.entry("INT3", Kind.INT),
            Map.entry("INT", Kind.INT),
            Map.entry("INTEGER", Kind.INT),
            Map.entry("INT4", Kind.INT),
            Map.entry("BIGINT", Kind.BIGINT),
            Map.entry("INT8", Kind.BIGINT));

    /** Types of one size. A length in parentheses is MySQL's hint for the size of the largest value. */
    private static final Map<String, Kind> UNSIZED = Map.ofEntries(
            Map.entry("BOOL", Kind.BOOL),
            Map.entry("BOOLEAN", Kind.BOOL),
            Map.entry("TINYTEXT", Kind.TEXT),
            Map.entry("TEXT", Kind.TEXT),
            Map.entry("MEDIUMTEXT", Kind.TEXT),
            Map.entry("LONGTEXT", Kind.TEXT),
            Map.entry("LONG", Kind.TEXT),
            Map.entry("LONG VARCHAR", Kind.TEXT),
            Map.entry("TINYBLOB", Kind.BLOB),
            Map.entry("BLOB", Kind.BLOB),
            Map.entry("MEDIUMBLOB", Kind.BLOB),
            Map.entry("LONGBLOB", Kind.BLOB),
            Map.entry("LONG VARBINARY", Kind.BLOB),
            Map.entry("DATE", Kind.DATE),
            Map.entry("JSON", Kind.JSON));

    private static final Set<String> CHARS =
            Set.of("CHAR", "CHARACTER", "NCHAR", "NATIONAL CHAR", "NATIONAL CHARACTER");

    private static final Set<String> VARCHARS = Set.of(
            "VARCHAR",
            "VARCHARACTER",
            "NVARCHAR",
            "CHAR VARYING",
            "CHARACTER VARYING",
            "NCHAR VARYING",
            "NATIONAL VARCHAR",
            "NATIONAL CHAR VARYING",
            "NATIONAL CHARACTER VARYING");

    private static final Set<String> LATER = Set.of(
            "BIT",
            "BSON",
            "ENUM",
            "GEOGRAPHY",
            "GEOGRAPHYPOINT",
            "GEOMETRY",
            "GEOMETRYCOLLECTION",
            "LINESTRING",
            "MULTILINESTRING",
            "MULTIPOINT",
            "MULTIPOLYGON",
            "POINT",
            "POLYGON",
            "SERIAL",
            "SET",
            "TIME",
            "UUID",
            "VECTOR",
            "YEAR");

    private static final Set<String> UNICODE = Set.of("UTF8", "UTF8MB3", "UTF8MB4", "ASCII");

    /** Digits of a FLOAT's mantissa in bits; above, FLOAT(p) is DOUBLE. */
    private static final int FLOAT_BITS = 24;

    private final TypeName type;
    private final List<Warning> warnings;

    private ColumnTypes(TypeName type, List<Warning> warnings) {
        this.type = type;
        this.warnings = warnings;
    }

    static SqlType fold(TypeName type, List<Warning> warnings) {
        ColumnTypes folding = new ColumnTypes(type, warnings);
        SqlType folded;
        try {
            folded = folding.fold();
        } catch (StatementException e) {
            throw e.position().isPresent() ? e : e.at(type.at().position());
        }
        folding.modifiers(folded);
        return folded;
    }

    private SqlType fold() {
        String name = type.name();
        if (LATER.contains(name)) {
            throw Later.unsupported("type " + name, type.at());
        }
        if (INTEGERS.containsKey(name)) {
            arguments(1);
            return SqlType.of(INTEGERS.get(name));
        }
        if (UNSIZED.containsKey(name)) {
            arguments(name.endsWith("TEXT") || name.endsWith("BLOB") ? 1 : 0);
            return SqlType.of(UNSIZED.get(name));
        }
        if (CHARS.contains(name)) {
            return SqlType.of(Kind.CHAR, length(1, SqlType.FIXED_LENGTH_MAX));
        }
        if (VARCHARS.contains(name)) {
            return SqlType.of(Kind.VARCHAR, length(-1, SqlType.LENGTH_MAX));
        }
        return switch (name) {
            case "BINARY" -> SqlType.of(Kind.BINARY, length(1, SqlType.FIXED_LENGTH_MAX));
            case "VARBINARY" -> SqlType.of(Kind.VARBINARY, length(-1, SqlType.LENGTH_MAX));
            case "DECIMAL", "DEC", "NUMERIC", "FIXED" -> decimal();
            case "FLOAT", "FLOAT4" -> floating();
            case "DOUBLE", "DOUBLE PRECISION", "REAL", "FLOAT8" -> {
                arguments(2);
                yield SqlType.of(Kind.DOUBLE);
            }
            case "DATETIME" -> SqlType.of(Kind.DATETIME, length(0, SqlType.FRACTION_MAX));
            case "TIMESTAMP" -> SqlType.of(Kind.TIMESTAMP, length(0, SqlType.FRACTION_MAX));
            default -> throw syntax();
        };
    }

    private SqlType decimal() {
        arguments(2);
        int precision = type.arguments().isEmpty() ? 10 : number(0);
        int scale = type.arguments().size() < 2 ? 0 : number(1);
        return SqlType.decimal(precision, scale);
    }

    private SqlType floating() {
        arguments(2);
        boolean wide = type.arguments().size() == 1 && number(0) > FLOAT_BITS;
        return SqlType.of(wide ? Kind.DOUBLE : Kind.FLOAT);
    }

    /** @param otherwise the length if none is written; −1 if one must be */
    private int length(int otherwise, int max) {
        arguments(1);
        if (type.arguments().isEmpty()) {
            if (otherwise < 0) {
                throw new StatementException(
                        SqlState.SYNTAX_ERROR,
                        "type " + type.name() + " needs a length",
                        type.at().position());
            }
            return otherwise;
        }
        int length = number(0);
        if (length > max) {
            throw new StatementException(
                    SqlState.COLUMN_TOO_BIG,
                    "length " + type.arguments().get(0) + " is too big for " + type.name() + " (max = " + max + ")",
                    type.at().position());
        }
        return length;
    }

    private void arguments(int max) {
        if (type.arguments().size() > max) {
            throw syntax();
        }
    }

    private int number(int index) {
        String text = type.arguments().get(index);
        if (text.startsWith("'")) {
            throw syntax();
        }
        return text.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(text);
    }

    private void modifiers(SqlType folded) {
        for (String modifier : type.modifiers()) {
            if (modifier.equals("UNSIGNED") || modifier.equals("ZEROFILL")) {
                throw Later.unsupported(modifier + " type", type.at());
            }
            boolean number = folded.isInteger() || folded.kind() == Kind.DECIMAL || folded.kind() == Kind.DOUBLE;
            if (modifier.equals("SIGNED") ? !number && folded.kind() != Kind.FLOAT : !folded.isText()) {
                throw syntax();
            }
            if (modifier.startsWith("CHARACTER SET ")) {
                characterSet(modifier.substring("CHARACTER SET ".length()));
            }
        }
    }

    private void characterSet(String name) {
        String folded = name.replace("'", "").toUpperCase(java.util.Locale.ROOT);
        if (folded.equals("BINARY")) {
            throw Later.unsupported("CHARACTER SET binary", type.at());
        }
        if (!UNICODE.contains(folded)) {
            warnings.add(TableOptions.ignored("CHARACTER SET " + name));
        }
    }

    private StatementException syntax() {
        String text = type.name() + (type.arguments().isEmpty() ? "" : "(" + String.join(",", type.arguments()) + ")");
        return new StatementException(
                SqlState.SYNTAX_ERROR,
                "You have an error in your SQL syntax near '" + text + "'; expected a type",
                type.at().position());
    }
}
