package dev.millrace.aggregator.proof;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A part of a query in two dialects.
 *
 * @param millrace text with {@code $1}, {@code $2}, … for the parts; of a list, what stands between them
 * @param duckdb the same for DuckDB
 */
record Node(Kind kind, Shape shape, String millrace, String duckdb, List<Node> parts) {
    /** What may become of a part when a query is cut down. */
    enum Shape {
        CALL,
        /** Any number of parts but none. */
        LIST,
        /** May be left out. */
        OPTIONAL
    }

    static Node same(Kind kind, String text, Node... parts) {
        return new Node(kind, Shape.CALL, text, text, List.of(parts));
    }

    static Node of(Kind kind, String millrace, String duckdb, Node... parts) {
        return new Node(kind, Shape.CALL, millrace, duckdb, List.of(parts));
    }

    static Node optional(String text, Node... parts) {
        return new Node(Kind.CLAUSE, Shape.OPTIONAL, text, text, List.of(parts));
    }

    static Node list(String separator, List<Node> parts) {
        return new Node(Kind.CLAUSE, Shape.LIST, separator, separator, List.copyOf(parts));
    }

    static final Node NOTHING = same(Kind.CLAUSE, "");

    Node with(int index, Node part) {
        List<Node> changed = new ArrayList<>(parts);
        changed.set(index, part);
        return new Node(kind, shape, millrace, duckdb, List.copyOf(changed));
    }

    Node without(int index) {
        List<Node> changed = new ArrayList<>(parts);
        changed.remove(index);
        return new Node(kind, shape, millrace, duckdb, List.copyOf(changed));
    }

    int size() {
        return 1 + parts.stream().mapToInt(Node::size).sum();
    }

    String inMillrace() {
        return write(true);
    }

    String inDuckDb() {
        return write(false);
    }

    private String write(boolean ours) {
        String text = ours ? millrace : duckdb;
        List<String> written = parts.stream().map(part -> part.write(ours)).toList();
        if (shape == Shape.LIST) {
            return String.join(text, written);
        }
        StringBuilder filled = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            boolean place = text.charAt(i) == '$' && i + 1 < text.length() && Character.isDigit(text.charAt(i + 1));
            filled.append(place ? written.get(text.charAt(++i) - '1') : String.valueOf(text.charAt(i)));
        }
        return filled.toString();
    }

    /** Smaller trees to try in place of this one, the smallest first. */
    List<Node> smaller() {
        List<Node> candidates = new ArrayList<>();
        if (shape == Shape.OPTIONAL) {
            candidates.add(NOTHING);
        }
        if (shape == Shape.LIST && parts.size() > 1) {
            for (int i = parts.size() - 1; i >= 0; i--) {
                candidates.add(without(i));
            }
        }
        if (kind == Kind.BOOL && !parts.isEmpty()) {
            candidates.add(same(Kind.BOOL, "1 = 1"));
        }
        List<Node> below = new ArrayList<>();
        collect(below);
        Collections.reverse(below);
        candidates.addAll(below);
        for (int i = 0; i < parts.size(); i++) {
            for (Node part : parts.get(i).smaller()) {
                candidates.add(with(i, part));
            }
        }
        return candidates;
    }

    private void collect(List<Node> found) {
        if (kind == Kind.CLAUSE) {
            return;
        }
        for (Node part : parts) {
            if (part.kind == kind) {
                found.add(part);
            } else {
                part.collectOf(kind, found);
            }
        }
    }

    private void collectOf(Kind wanted, List<Node> found) {
        for (Node part : parts) {
            if (part.kind == wanted) {
                found.add(part);
            } else {
                part.collectOf(wanted, found);
            }
        }
    }
}
