package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/**
 * The catalog at one version.
 *
 * @param version grows with every change of it
 */
public record CatalogSnapshot(
        long version, List<Node> nodes, List<Database> databases, List<Table> tables, List<Pipeline> pipelines) {
    /** A database and where its partitions are. */
    public record Database(DatabaseSpec spec, PartitionMap map) {}

    /**
     * A table.
     *
     * @param csn CSN of its last change of form: a plan needs partitions that have published it
     */
    public record Table(TableSpec spec, long csn) {}

    /**
     * A pipeline and how it fares.
     *
     * @param sql its CREATE statement, canonical
     * @param credentials what it proves itself with; not to be shown
     * @param run newest run given out
     * @param altered whether that run has no job yet: ALTER and OR REPLACE took it
     * @param job Flink's job id of the newest attempt that opened; empty before
     * @param condition the name of a {@link dev.millrace.spec.error.SqlState}; empty if all is well
     * @param message last error, or what it waits for; empty if all is well
     */
    public record Pipeline(
            PipelineSpec spec,
            String sql,
            Credentials credentials,
            PipelineState state,
            long run,
            boolean altered,
            String job,
            String condition,
            String message) {}

    public CatalogSnapshot {
        nodes = List.copyOf(nodes);
        databases = List.copyOf(databases);
        tables = List.copyOf(tables);
        pipelines = List.copyOf(pipelines);
    }

    public Optional<Node> node(long id) {
        return nodes.stream().filter(node -> node.id() == id).findFirst();
    }

    public Optional<Database> database(long id) {
        return databases.stream().filter(d -> d.spec().id() == id).findFirst();
    }

    public Optional<Pipeline> pipeline(String database, String name) {
        requireNonNull(database, "database");
        return pipelines.stream()
                .filter(p -> p.spec().database().equalsIgnoreCase(database)
                        && p.spec().name().equalsIgnoreCase(name))
                .findFirst();
    }

    public void write(WireWriter out) {
        out.number(version).list(nodes, (o, node) -> node.write(o));
        out.list(databases, (o, item) -> {
            o.text(SpecJson.write(item.spec()));
            item.map().write(o);
        });
        out.list(tables, (o, item) -> o.text(SpecJson.write(item.spec())).number(item.csn()));
        out.list(
                pipelines,
                (o, item) -> o.text(SpecJson.write(item.spec()))
                        .text(item.sql())
                        .text(SpecJson.write(item.credentials().values()))
                        .u8(item.state().ordinal())
                        .number(item.run())
                        .bool(item.altered())
                        .text(item.job())
                        .text(item.condition())
                        .text(item.message()));
    }

    public static CatalogSnapshot read(WireReader in) {
        return new CatalogSnapshot(
                in.number(),
                in.list(Node::read),
                in.list(i -> new Database(SpecJson.readDatabase(i.text()), PartitionMap.read(i))),
                in.list(i -> new Table(SpecJson.readTable(i.text()), i.number())),
                in.list(i -> new Pipeline(
                        SpecJson.readPipeline(i.text()),
                        i.text(),
                        new Credentials(SpecJson.readStrings(i.text())),
                        PipelineState.values()[i.u8()],
                        i.number(),
                        i.bool(),
                        i.text(),
                        i.text(),
                        i.text())));
    }
}
