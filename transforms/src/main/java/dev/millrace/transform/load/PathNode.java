package dev.millrace.transform.load;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One step of the paths that a pipeline maps, with what the document in hand has there. Paths that share keys share
 * nodes, so a document is walked once whatever the number of columns.
 */
final class PathNode {
    /** What stands at a node. */
    enum Token {
        /** A string without escapes; the span is inside its quotes. */
        STRING,
        /** A string with escapes; the span is inside its quotes. */
        ESCAPED,
        NUMBER,
        TRUE,
        FALSE,
        NULL,
        /** An object or an array. */
        DOCUMENT
    }

    private final byte[] key;
    private final long head;
    /* Whether the key is spelled like this in every text that does not escape for fun. */
    private final boolean plain;

    private final List<PathNode> growing = new ArrayList<>();
    private PathNode[] children = {};
    /* Open addressing over the children by length and first bytes; a power of two, at most half full. */
    private PathNode[] table = {null};

    /* The document in which the fields below were set; documents count from 1. */
    private long document;
    Token token = Token.NULL;
    /* The child that documents began with last, and the sibling that followed this node: guesses for the next one. */
    PathNode firstGuess;
    PathNode nextGuess;
    int from;
    int to;

    private PathNode(byte[] key) {
        this.key = key;
        plain = isPlain(key);
        head = head(key, 0, key.length);
    }

    static PathNode root() {
        return new PathNode(new byte[0]);
    }

    /** The node at the end of a path, made if it is not there. */
    PathNode map(List<String> path) {
        PathNode node = this;
        for (String step : path) {
            node = node.grow(step.getBytes(StandardCharsets.UTF_8));
        }
        return node;
    }

    private PathNode grow(byte[] step) {
        PathNode known = child(step, 0, step.length);
        if (known != null) {
            return known;
        }
        PathNode child = new PathNode(step);
        growing.add(child);
        children = growing.toArray(PathNode[]::new);
        table = new PathNode[Integer.highestOneBit(children.length) * 4];
        for (PathNode each : children) {
            int slot = slot(each.head, each.key.length);
            while (table[slot] != null) {
                slot = slot + 1 & table.length - 1;
            }
            table[slot] = each;
        }
        return child;
    }

    boolean isLeaf() {
        return children.length == 0;
    }

    private static boolean isPlain(byte[] key) {
        for (byte b : key) {
            if (b == '"' || b == '\\' || b >= 0 && b < ' ') {
                return false;
            }
        }
        return true;
    }

    /** Index of the quote behind this node's key if the key starts here, or −1, which may also mean a rare spelling. */
    int keyEnd(byte[] bytes, int start, int end) {
        int close = start + key.length;
        return close < end && bytes[close] == '"' && plain && is(head(bytes, start, close), bytes, start, close)
                ? close
                : -1;
    }

    /** The child of that key, or null if no path goes there. */
    PathNode child(byte[] bytes, int start, int end) {
        long wanted = head(bytes, start, end);
        int slot = slot(wanted, end - start);
        while (table[slot] != null) {
            if (table[slot].is(wanted, bytes, start, end)) {
                return table[slot];
            }
            slot = slot + 1 & table.length - 1;
        }
        return null;
    }

    private boolean is(long otherHead, byte[] bytes, int start, int end) {
        return head == otherHead
                && key.length == end - start
                && (key.length <= 8 || JsonScanner.same(bytes, start, end, key));
    }

    private int slot(long first, int length) {
        long mixed = (first + length) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 32) & table.length - 1;
    }

    /* The first eight bytes, fewer if there are fewer. */
    private static long head(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length >= 8) {
            return Utf8.word(bytes, start);
        }
        if (start + 8 <= bytes.length) {
            return Utf8.word(bytes, start) & (1L << length * 8) - 1;
        }
        long word = 0;
        for (int i = length - 1; i >= 0; i--) {
            word = word << 8 | bytes[start + i] & 0xff;
        }
        return word;
    }

    /** Begins a value of this node. The last of equal keys wins, as in MySQL: what an earlier one brought is gone. */
    void begin(long currentDocument) {
        if (document == currentDocument) {
            for (PathNode child : children) {
                child.forget(currentDocument);
            }
        }
        document = currentDocument;
    }

    private void forget(long currentDocument) {
        if (document == currentDocument) {
            document = 0;
            for (PathNode child : children) {
                child.forget(currentDocument);
            }
        }
    }

    void put(Token newToken, int newFrom, int newTo) {
        token = newToken;
        from = newFrom;
        to = newTo;
    }

    boolean isIn(long currentDocument) {
        return document == currentDocument;
    }
}
