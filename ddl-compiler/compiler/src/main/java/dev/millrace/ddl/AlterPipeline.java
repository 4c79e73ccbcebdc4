package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** @param actions in the order written; never empty */
public record AlterPipeline(ObjectName name, List<Action> actions, Place at) implements Statement {
    /**
     * One thing that is altered.
     *
     * @param name its words in upper case: {@code SET OFFSETS}, {@code DROP ORPHAN FILES}, {@code SET BATCH_INTERVAL}
     * @param value what follows, as it prints; empty if nothing does
     */
    public record Action(String name, String value, Place at) {
        public Action {
            requireNonNull(name, "name");
            requireNonNull(value, "value");
            requireNonNull(at, "at");
        }

        /** Secrets stay out of logs. */
        @Override
        public String toString() {
            return "Action[" + name + "]";
        }
    }

    public AlterPipeline {
        requireNonNull(name, "name");
        actions = List.copyOf(actions);
        requireNonNull(at, "at");
    }

    @Override
    public <R> R match(Cases<R> cases) {
        return cases.alterPipeline(this);
    }
}
