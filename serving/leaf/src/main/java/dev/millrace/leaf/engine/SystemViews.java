package dev.millrace.leaf.engine;

import java.util.List;

final class SystemViews {
    private SystemViews() {}

    static List<String> statements() {
        return List.of();
    }
}
