package dev.millrace.ddl.print;

import dev.millrace.ddl.ColumnName;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;

/** Names and strings as they stand in canonical SQL. */
public final class Quoting {
    private Quoting() {}

    /** Back-quoted. */
    public static String name(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    public static String name(Identifier name) {
        return name(name.text());
    }

    public static String name(ObjectName name) {
        return name.database().map(database -> name(database) + ".").orElse("") + name(name.name());
    }

    public static String name(ColumnName name) {
        return name.table().map(table -> name(table) + ".").orElse("") + name(name.name());
    }

    /** Single-quoted, with back-slash escapes for what would not be seen. */
    public static String string(String value) {
        StringBuilder text = new StringBuilder(value.length() + 2).append('\'');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\'' -> text.append("''");
                case '\\' -> text.append("\\\\");
                case '\0' -> text.append("\\0");
                case '\b' -> text.append("\\b");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\u001a' -> text.append("\\Z");
                default -> text.append(c);
            }
        }
        return text.append('\'').toString();
    }

    /** What {@link #string} was given. */
    public static String unquoted(String literal) {
        StringBuilder value = new StringBuilder(literal.length());
        for (int i = 1; i < literal.length() - 1; i++) {
            char c = literal.charAt(i);
            if (c == '\'' || c == '\\') {
                c = literal.charAt(++i);
                value.append(
                        literal.charAt(i - 1) == '\''
                                ? c
                                : switch (c) {
                                    case '0' -> '\0';
                                    case 'b' -> '\b';
                                    case 'n' -> '\n';
                                    case 'r' -> '\r';
                                    case 't' -> '\t';
                                    case 'Z' -> '\u001a';
                                    default -> c;
                                });
            } else {
                value.append(c);
            }
        }
        return value.toString();
    }

    /** A pattern of LIKE that matches this text alone. */
    public static String likePattern(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }
}
