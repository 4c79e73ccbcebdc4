package dev.millrace.transform.load;

/**
 * Ends of JSON values that stand one after the other. What is no JSON is cut at white space, for the reader to judge; no
 * string has a line feed in it, so one that was torn takes no line with it but its own.
 */
final class JsonScan implements OutputCutter.Scan {
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean inWord;
    private int stoppedAt;

    @Override
    public int stoppedAt() {
        return stoppedAt;
    }

    @Override
    public int end(byte[] bytes, int from, int to, boolean last) {
        for (int at = from; at < to; at++) {
            byte b = bytes[at];
            if (inString) {
                if (b == '\n') {
                    inString = false;
                    escaped = false;
                    inWord = false;
                    depth = 0;
                    return at + 1;
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
                        return at + 1;
                    }
                }
                case ' ', '\t', '\n', '\r' -> {
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
