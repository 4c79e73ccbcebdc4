package dev.millrace.spec;

import java.util.ArrayList;
import java.util.List;

/** One string of arguments, as a user writes them behind a command. */
final class ArgumentLine {
    private ArgumentLine() {}

    /**
     * Splits at white space. Single quotes keep everything between them, double quotes all but a back-slash before a
     * double quote or a back-slash; outside of quotes a back-slash keeps the next character. Nothing else is special.
     *
     * @throws IllegalArgumentException for a quote without its end
     */
    static List<String> split(String line) {
        List<String> arguments = new ArrayList<>();
        StringBuilder argument = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            boolean more = i + 1 < line.length();
            if (quote == 0 && Character.isWhitespace(c)) {
                if (begun) {
                    arguments.add(argument.toString());
                    argument.setLength(0);
                    begun = false;
                }
                continue;
            }
            begun = true;
            if (c == '\\' && more && quote != '\'' && (quote == 0 || "\"\\".indexOf(line.charAt(i + 1)) >= 0)) {
                argument.append(line.charAt(++i));
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else {
                argument.append(c);
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("the arguments have a " + quote + " without its end: " + line);
        }
        if (begun) {
            arguments.add(argument.toString());
        }
        return arguments;
    }
}
