package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

/**
 * LOAD DATA INFILE: once, what a pipeline of the same clauses would do with the file.
 *
 * @param load that pipeline; its name means nothing
 * @param local whether the file is the client's
 */
public record LoadData(CreatePipeline load, boolean local, Place at) implements Statement {
    public LoadData {
        requireNonNull(load, "load");
        requireNonNull(at, "at");
    }

    @Override
    public <R> R match(Cases<R> cases) {
        return cases.loadData(this);
    }
}
