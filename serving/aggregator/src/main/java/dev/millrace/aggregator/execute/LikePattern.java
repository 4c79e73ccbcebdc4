package dev.millrace.aggregator.execute;

/** SQL's LIKE on names, without case: % for any characters, _ for one, back-slash to take the next as it is. */
public final class LikePattern {
    private LikePattern() {}

    /**
     * Whether a name matches.
     *
     * @param pattern null matches everything, as JDBC has it
     */
    public static boolean matches(String pattern, String name) {
        return pattern == null || matches(pattern, 0, name, 0);
    }

    private static boolean matches(String pattern, int p, String name, int n) {
        int at = n;
        for (int i = p; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '%') {
                for (int rest = at; rest <= name.length(); rest++) {
                    if (matches(pattern, i + 1, name, rest)) {
                        return true;
                    }
                }
                return false;
            }
            boolean any = c == '_';
            if (c == '\\' && i + 1 < pattern.length()) {
                c = pattern.charAt(++i);
            }
            if (at >= name.length() || !any && !same(c, name.charAt(at))) {
                return false;
            }
            at++;
        }
        return at == name.length();
    }

    private static boolean same(char a, char b) {
        return Character.toLowerCase(a) == Character.toLowerCase(b);
    }
}
