package dev.millrace.transform.load;

/**
 * Ends of JSON values that stand one after the other. What is no JSON is cut at white space, for the reader to judge; no
 * string has a line feed in it, so one that was torn takes no line with it but its own. If its value stands on several
 * lines, what follows are parts of it: it goes on to the next line that begins with a document.
 */
final class JsonScan implements OutputCutter.Scan {
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean inWord;

    /** The value in hand stands on several lines. */
    private boolean isSpread;

    /** Such a value had a string that was torn. */
    private boolean isTorn;

    private boolean lineBegins;
    private int stoppedAt;

    @Override
    public int stoppedAt() {
        return stoppedAt;
    }

    @Override
    public int end(byte[] bytes, int from, int to, boolean last) {
        if (isTorn) {
            return nextDocument(bytes, from, to);
        }
        for (int at = from; at < to; at++) {
            byte b = bytes[at];
            if (inString) {
                if (b == '\n') {
                    return torn(bytes, at + 1, to);
                }
                if (string(b) && depth == 0) {
                    return at + 1;
                }
                continue;
            }
            switch (b) {
                case '"' -> inString = true;
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    depth = Math.max(0, depth - 1);
                    if (depth == 0) {
                        inWord = false;
                        isSpread = false;
                        return at + 1;
                    }
                }
                case '\n' -> {
                    if (depth > 0) {
                        isSpread = true;
                    } else if (inWord) {
                        inWord = false;
                        return at + 1;
                    }
                }
                case ' ', '\t', '\r' -> {
                    if (depth == 0 && inWord) {
                        inWord = false;
                        return at + 1;
                    }
                }
                default -> inWord = depth == 0;
            }
        }
        stoppedAt = to;
        return -1;
    }

    /** The line of a string without an end is over. */
    private int torn(byte[] bytes, int line, int to) {
        inString = false;
        escaped = false;
        inWord = false;
        depth = 0;
        if (!isSpread) {
            return line;
        }
        isSpread = false;
        isTorn = true;
        lineBegins = true;
        return nextDocument(bytes, line, to);
    }

    /** Parts of a document are indented where they have lines of their own. */
    private int nextDocument(byte[] bytes, int from, int to) {
        for (int at = from; at < to; at++) {
            byte b = bytes[at];
            if (lineBegins && (b == '{' || b == '[')) {
                isTorn = false;
                return at;
            }
            lineBegins = b == '\n';
        }
        stoppedAt = to;
        return -1;
    }

    /** Goes on in a string; whether it ended. */
    private boolean string(byte b) {
        if (escaped) {
            escaped = false;
        } else if (b == '\\') {
            escaped = true;
        } else if (b == '"') {
            inString = false;
            inWord = false;
            return true;
        }
        return false;
    }
}
