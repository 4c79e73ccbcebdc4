package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.transform.load.PathNode.Token;
import java.util.List;

/** JSON values, one row each. A record is walked once; what the paths want is noted and then put into the columns. */
final class JsonReader implements RecordReader {
    /**
     * One mapped column.
     *
     * @param path as the user wrote it, for messages
     * @param missing what a document without the path gets
     */
    record Target(ColumnBuilder column, List<String> path, DefaultValue missing) {
        Target {
            requireNonNull(column, "column");
            path = List.copyOf(path);
            requireNonNull(missing, "missing");
        }
    }

    private final JsonScanner scanner = new JsonScanner();
    private final PathNode root = PathNode.root();
    private final Target[] targets;
    private final PathNode[] nodes;
    private byte[] bytes = {};
    private int end;
    private long document;
    private int position;
    /* Behind the document in hand once its end is known; −1 before. */
    private int behind;
    private int rowsBefore;

    JsonReader(List<Target> targets) {
        this.targets = targets.toArray(Target[]::new);
        nodes = targets.stream().map(target -> root.map(target.path())).toArray(PathNode[]::new);
    }

    @Override
    public void read(byte[] text, int from, int to) {
        bytes = text;
        end = to;
        behind = -1;
        rowsBefore = targets[0].column().rows;
        int invalid = Utf8.firstInvalid(text, from, to);
        if (invalid >= 0) {
            throw BadValue.at(invalid, RecordError.Kind.ENCODING, "not JSON: the text is not UTF-8");
        }
        documents(scanner.start(text, from, to));
    }

    @Override
    public int rowsBefore() {
        return rowsBefore;
    }

    @Override
    public int recover() {
        return behind < 0 ? end : behind;
    }

    @Override
    public void resume(int from) {
        documents(scanner.skipSpace(from));
    }

    private void documents(int from) {
        int at = from;
        while (at < end) {
            document++;
            position = at;
            behind = -1;
            rowsBefore = targets[0].column().rows;
            byte first = bytes[at];
            at = value(root, at, 0);
            if (at < end && first != '{' && first != '[' && first != '"' && !JsonScanner.isSpace(bytes[at])) {
                throw scanner.unexpected(at, "white space");
            }
            behind = at;
            put();
            at = scanner.skipSpace(at);
        }
    }

    private int value(PathNode node, int at, int depth) {
        node.begin(document);
        byte first = scanner.need(at);
        if (first == '"') {
            int close = scanner.string(at + 1);
            node.put(scanner.escaped() ? Token.ESCAPED : Token.STRING, at + 1, close);
            return close + 1;
        }
        boolean walk = first == '{' && !node.isLeaf();
        int valueEnd = walk ? object(node, at, depth + 1) : scanner.skipValue(at, depth);
        Token token = switch (first) {
            case '{', '[' -> Token.DOCUMENT;
            case 't' -> Token.TRUE;
            case 'f' -> Token.FALSE;
            case 'n' -> Token.NULL;
            default -> Token.NUMBER;
        };
        node.put(token, at, valueEnd);
        return valueEnd;
    }

    /* The level counts this object. Recursion ends with the longest path, or at the scanner's limit. */
    private int object(PathNode node, int open, int level) {
        scanner.enter(level, true, open);
        int at = scanner.skipSpace(open + 1);
        if (scanner.need(at) == '}') {
            return at + 1;
        }
        PathNode last = null;
        while (true) {
            if (scanner.need(at) != '"') {
                throw scanner.unexpected(at, "a key");
            }
            // Documents of one stream have their keys in one order, so the guess is mostly right.
            PathNode child = last == null ? node.firstGuess : last.nextGuess;
            int keyEnd = child == null ? -1 : child.keyEnd(bytes, at + 1, end);
            if (keyEnd < 0) {
                keyEnd = scanner.string(at + 1);
                child = child(node, at + 1, keyEnd);
                if (child != null && last == null) {
                    node.firstGuess = child;
                } else if (child != null) {
                    last.nextGuess = child;
                }
            }
            at = scanner.skipColon(keyEnd + 1);
            if (child == null) {
                at = scanner.skipValue(at, level);
            } else {
                last = child;
                at = value(child, at, level);
            }
            at = scanner.skipSpace(at);
            byte next = scanner.need(at);
            if (next == '}') {
                return at + 1;
            }
            if (next != ',') {
                throw scanner.unexpected(at, "',' or '}'");
            }
            at = scanner.skipSpace(at + 1);
        }
    }

    private PathNode child(PathNode node, int start, int stop) {
        if (scanner.escaped()) {
            int length = scanner.unescape(start, stop);
            return node.child(scanner.unescaped(), 0, length);
        }
        return node.child(bytes, start, stop);
    }

    private void put() {
        int documentStart = position;
        for (int i = 0; i < targets.length; i++) {
            Target target = targets[i];
            PathNode node = nodes[i];
            if (node.isIn(document)) {
                position = node.from;
                put(target.column(), node);
            } else {
                position = documentStart;
                target.missing().put(target.column());
            }
        }
    }

    private void put(ColumnBuilder column, PathNode node) {
        if (column.takesDocuments() && node.token != Token.NULL) {
            boolean quoted = node.token == Token.STRING || node.token == Token.ESCAPED;
            column.document(bytes, quoted ? node.from - 1 : node.from, quoted ? node.to + 1 : node.to);
            return;
        }
        switch (node.token) {
            case STRING -> column.text(bytes, node.from, node.to);
            case ESCAPED -> {
                int length = scanner.unescape(node.from, node.to);
                column.text(scanner.unescaped(), 0, length);
            }
            case NUMBER -> column.number(bytes, node.from, node.to);
            case TRUE -> column.bool(true);
            case FALSE -> column.bool(false);
            case NULL -> column.nul();
            case DOCUMENT -> column.document(bytes, node.from, node.to);
        }
    }

    @Override
    public int position() {
        return position;
    }

    @Override
    public int line(byte[] text, int from, int place) {
        int line = 1;
        for (int i = from; i < place; i++) {
            line += text[i] == '\n' ? 1 : 0;
        }
        return line;
    }

    @Override
    public void release() {
        bytes = new byte[0];
        scanner.release();
    }
}
