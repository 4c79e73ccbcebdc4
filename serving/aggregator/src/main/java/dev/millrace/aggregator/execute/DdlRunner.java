package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.check.Checked;
import dev.millrace.ddl.check.Checker;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.BatchId;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionId;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.TableChange;
import dev.millrace.store.WriteMode;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/** CREATE, DROP and TRUNCATE of databases and tables. */
final class DdlRunner {
    /** How long a statement waits until all partitions have made the change; it is made all the same. */
    private static final Duration PUBLISH_WAIT = Duration.ofSeconds(30);

    private static final int CHANGED_MAX = 4;

    private final StoreClient client;
    private final LiveCatalog catalog;
    private final StatementWriter writer;
    private final InstantSource clock;
    private final Executor executor;
    private final int partitionsDefault;

    DdlRunner(
            StoreClient client,
            LiveCatalog catalog,
            StatementWriter writer,
            InstantSource clock,
            Executor executor,
            int partitionsDefault) {
        this.client = requireNonNull(client, "client");
        this.catalog = requireNonNull(catalog, "catalog");
        this.writer = requireNonNull(writer, "writer");
        this.clock = requireNonNull(clock, "clock");
        this.executor = requireNonNull(executor, "executor");
        this.partitionsDefault = partitionsDefault;
    }

    /** Creates a database: its partitions first, on the leaves in turn, then its name. */
    void createDatabase(Statement.CreateDatabase create, Session session) {
        CatalogView view = catalog.refresh();
        Checked<DatabaseSpec> checked = Names.checker(view, session).createDatabase(create);
        session.warn(checked.warnings());
        if (checked.spec().isEmpty()) {
            return;
        }
        String name = create.name().text();
        Position at = create.name().at().position();
        int partitions = create.partitions().orElse(partitionsDefault);
        List<Node> nodes =
                view.nodes().stream().sorted(Comparator.comparingLong(Node::id)).toList();
        if (nodes.isEmpty()) {
            throw new StatementException(SqlState.STORE_UNREACHABLE, "no leaf has made itself known yet");
        }
        long id = client.system(new SystemEntry.AllocateId()).number();
        List<CompletableFuture<Void>> made = new ArrayList<>();
        List<List<Long>> replicas = new ArrayList<>();
        for (int ordinal = 0; ordinal < partitions; ordinal++) {
            Node node = nodes.get(ordinal % nodes.size());
            PartitionId partition = new PartitionId(id, ordinal);
            replicas.add(List.of(node.id()));
            made.add(
                    CompletableFuture.runAsync(() -> client.createPartition(node, partition, List.of(node)), executor));
        }
        joinAll(made);
        try {
            client.system(new SystemEntry.CreateDatabase(
                    new DatabaseSpec(id, name, partitions, 1), new PartitionMap(id, 1, replicas)));
        } catch (RefusedException e) {
            if (e.refusal() != Refusal.EXISTS) {
                throw e;
            }
            Names.note(create.ifNotExists(), databaseExists(name, at), session);
        }
        catalog.refresh();
    }

    private static StatementException databaseExists(String name, Position at) {
        return new StatementException(
                SqlState.DATABASE_EXISTS, "Can't create database '" + name + "'; database exists", at);
    }

    private static void joinAll(List<CompletableFuture<Void>> calls) {
        RuntimeException failed = null;
        for (CompletableFuture<Void> call : calls) {
            try {
                call.join();
            } catch (CompletionException e) {
                failed = e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    void dropDatabase(Statement.DropDatabase drop, Session session) {
        String name = drop.name().text();
        Position at = drop.name().at().position();
        Optional<DatabaseSpec> database = catalog.refresh().database(name);
        if (database.isPresent() && database.get().id() == CatalogView.INFORMATION_SCHEMA.id()) {
            throw new StatementException(SqlState.READ_ONLY, "information_schema cannot be dropped", at);
        }
        StatementException missing = new StatementException(
                SqlState.UNKNOWN_DROP_DATABASE, "Can't drop database '" + name + "'; database doesn't exist", at);
        if (database.isEmpty()) {
            Names.note(drop.ifExists(), missing, session);
            return;
        }
        try {
            client.system(new SystemEntry.DropDatabase(database.get().id()));
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.UNKNOWN) {
                Names.note(drop.ifExists(), missing, session);
            } else if (e.refusal() == Refusal.IN_USE) {
                throw new StatementException(
                        SqlState.PIPELINE_RUNNING, "Can't drop database '" + name + "': " + e.getMessage(), at);
            } else {
                throw e;
            }
        }
        catalog.refresh();
        if (session.database().filter(current -> current.equalsIgnoreCase(name)).isPresent()) {
            session.use(Optional.empty());
        }
    }

    void createTable(CreateTable create, Session session) {
        CatalogView view = catalog.refresh();
        Checked<TableSpec> checked = Names.checker(view, session).createTable(create);
        session.warn(checked.warnings());
        if (checked.spec().isEmpty()) {
            return;
        }
        TableSpec spec = checked.spec().get();
        DatabaseSpec database = view.database(spec.database()).orElseThrow();
        long id = client.system(new SystemEntry.AllocateId()).number();
        try {
            change(database, view, new TableChange(TableChange.Kind.CREATE, spec.withIdentity(id, 1)), session);
        } catch (RefusedException e) {
            if (e.refusal() != Refusal.EXISTS) {
                throw e;
            }
            StatementException exists = new StatementException(
                    SqlState.TABLE_EXISTS,
                    "Table '" + spec.name() + "' already exists",
                    create.table().name().at().position());
            Names.note(create.ifNotExists(), exists, session);
        }
    }

    void dropTables(Statement.DropTable drop, Session session) {
        // As in MySQL 8, none is dropped if one is not there.
        if (!drop.ifExists() && drop.tables().size() > 1) {
            CatalogView view = catalog.refresh();
            drop.tables().forEach(name -> existing(name, view, session));
        }
        for (ObjectName name : drop.tables()) {
            dropTable(name, drop.ifExists(), session);
        }
    }

    private void dropTable(ObjectName name, boolean ifExists, Session session) {
        for (int changed = 0; ; changed++) {
            CatalogView view = catalog.refresh();
            TableSpec table;
            try {
                table = existing(name, view, session);
            } catch (StatementException e) {
                if (e.state() != SqlState.UNKNOWN_DROP_TABLE) {
                    throw e;
                }
                Names.note(ifExists, e, session);
                return;
            }
            if (changeKnown(view, table, TableChange.Kind.DROP, name, session, changed)) {
                return;
            }
        }
    }

    private static TableSpec existing(ObjectName name, CatalogView view, Session session) {
        Checker checker = Names.checker(view, session);
        try {
            return checker.writableTable(name);
        } catch (StatementException e) {
            if (e.state() != SqlState.UNKNOWN_TABLE) {
                throw e;
            }
            throw new StatementException(
                    SqlState.UNKNOWN_DROP_TABLE,
                    "Unknown table '" + checker.databaseOf(name).name() + "."
                            + name.name().text() + "'",
                    name.at().position());
        }
    }

    void truncate(Statement.Truncate truncate, Session session) {
        for (int changed = 0; ; changed++) {
            CatalogView view = catalog.refresh();
            TableSpec table = Names.checker(view, session).writableTable(truncate.table());
            if (changeKnown(view, table, TableChange.Kind.TRUNCATE, truncate.table(), session, changed)) {
                return;
            }
        }
    }

    /** Changes a table; false if it changed under this statement, which may look again. */
    private boolean changeKnown(
            CatalogView view, TableSpec table, TableChange.Kind kind, ObjectName name, Session session, int changed) {
        Position at = name.at().position();
        DatabaseSpec database = view.database(table.database()).orElseThrow();
        try {
            change(database, view, new TableChange(kind, table), session);
            return true;
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.IN_USE) {
                throw new StatementException(
                        SqlState.PIPELINE_RUNNING, "Table '" + table.name() + "': " + e.getMessage(), at);
            }
            boolean again = e.refusal() == Refusal.UNKNOWN || e.refusal() == Refusal.TABLE_CHANGED;
            if (!again || changed >= CHANGED_MAX) {
                throw e;
            }
            return false;
        }
    }

    private void change(DatabaseSpec database, CatalogView view, TableChange change, Session session) {
        PartitionMap map = view.map(database.id())
                .orElseThrow(() -> new RefusedException(Refusal.MAP_CHANGED, "no map of " + database.name()));
        BatchId batch = writer.begin();
        try {
            long now = clock.millis();
            long csn = client.system(new SystemEntry.Decide(
                            batch,
                            database.id(),
                            map.version(),
                            List.of(),
                            WriteMode.INSERT,
                            0,
                            List.of(),
                            List.of(),
                            Optional.of(change),
                            0,
                            0,
                            now,
                            now))
                    .number();
            session.saw(database.id(), csn);
            catalog.refresh();
            Published.await(
                    client,
                    database.id(),
                    csn,
                    IntStream.range(0, map.partitions()).boxed().toList(),
                    PUBLISH_WAIT);
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.FENCED) {
                writer.retire(batch);
            } else if (e.refusal() == Refusal.BUSY) {
                client.system(new SystemEntry.ReleaseGate(batch));
            }
            throw e;
        } finally {
            writer.finished(batch);
        }
    }
}
