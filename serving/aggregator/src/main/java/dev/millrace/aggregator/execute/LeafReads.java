package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.plan.Partitions;
import dev.millrace.aggregator.plan.PlannedFragment;
import dev.millrace.aggregator.plan.QueryPlan;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.TableRef;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.query.Pin;
import dev.millrace.store.query.PinRequest;
import dev.millrace.store.query.QueryRequest;
import dev.millrace.store.query.Relation;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * Opens the fragments of a plan on their leaves, all at one CSN of each database.
 *
 * <p>One request alone sees one leaf's state at one moment and takes its snapshot itself. Anything else pins first: a
 * pin is right for an interval of CSNs; the statement reads at S, the largest lower end or what the session has seen;
 * leaves whose interval ends before S are asked again for S, until all intervals meet.
 */
final class LeafReads {
    /** Rounds of pinning; each costs one call to the leaves that were late, and moves S only if something published. */
    private static final int ROUNDS_MAX = 25;

    /** How long a leaf may wait for a CSN it was asked for; longer means that it cannot publish. */
    private static final long WAIT_MILLIS = 10_000;

    private final StoreClient client;
    private final Executor executor;

    LeafReads(StoreClient client, Executor executor) {
        this.client = requireNonNull(client, "client");
        this.executor = requireNonNull(executor, "executor");
    }

    /** Opens all fragments. The caller closes the answer; if this fails, nothing is held. */
    Gather open(QueryPlan plan, CatalogView catalog, Session session) {
        Gather gather = new Gather(client, executor);
        try {
            Map<Long, List<PlannedFragment>> byDatabase = plan.fragments().stream()
                    .collect(Collectors.groupingBy(PlannedFragment::databaseId, TreeMap::new, Collectors.toList()));
            byDatabase.forEach((database, fragments) -> open(database, fragments, catalog, session, gather));
            return gather;
        } catch (RuntimeException e) {
            gather.close();
            throw e;
        }
    }

    private void open(
            long database, List<PlannedFragment> fragments, CatalogView catalog, Session session, Gather gather) {
        Map<PlannedFragment, Map<Node, SortedSet<Integer>>> places = place(database, fragments, catalog);
        List<TableRef> tables = fragments.stream()
                .flatMap(fragment -> fragment.fragment().relations().stream())
                .map(Relation::table)
                .distinct()
                .toList();
        long floor = session.floor(database);
        for (TableRef table : tables) {
            floor = Math.max(floor, catalog.tableCsn(table.id()));
        }
        Map<Node, SortedSet<Integer>> needed = new LinkedHashMap<>();
        places.values()
                .forEach(nodes -> nodes.forEach((node, ordinals) ->
                        needed.computeIfAbsent(node, n -> new TreeSet<>()).addAll(ordinals)));
        boolean single = needed.size() == 1 && fragments.size() == 1;
        if (single) {
            Node node = needed.keySet().iterator().next();
            List<Integer> ordinals = List.copyOf(needed.get(node));
            PinRequest fresh = new PinRequest(database, ordinals, floor, tables, 1, WAIT_MILLIS);
            PlannedFragment fragment = fragments.get(0);
            gather.add(
                    fragment,
                    client.query(node, new QueryRequest(0, Optional.of(fresh), ordinals, fragment.fragment())));
            return;
        }
        Map<Node, Pin> pins = agree(database, needed, floor, tables, fragments.size(), session, gather);
        places.forEach((fragment, nodes) -> nodes.forEach((node, ordinals) -> gather.add(
                fragment,
                client.query(
                        node,
                        new QueryRequest(
                                pins.get(node).id(), Optional.empty(), List.copyOf(ordinals), fragment.fragment())))));
    }

    /** Pins every leaf and repeats until all are right for one CSN. */
    private Map<Node, Pin> agree(
            long database,
            Map<Node, SortedSet<Integer>> needed,
            long floor,
            List<TableRef> tables,
            int connections,
            Session session,
            Gather gather) {
        Map<Node, Pin> pins = new HashMap<>();
        Map<Node, SortedSet<Integer>> late = needed;
        long s = floor;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            long atLeast = s;
            Map<Node, CompletableFuture<Pin>> asked = new LinkedHashMap<>();
            late.forEach((node, ordinals) -> asked.put(
                    node,
                    CompletableFuture.supplyAsync(
                            () -> {
                                Pin pin = client.pin(
                                        node,
                                        new PinRequest(
                                                database,
                                                List.copyOf(ordinals),
                                                atLeast,
                                                tables,
                                                connections,
                                                WAIT_MILLIS));
                                gather.hold(node, pin.id());
                                return pin;
                            },
                            executor)));
            collect(asked, pins, gather);
            s = Math.max(s, pins.values().stream().mapToLong(Pin::lowest).max().orElse(0));
            long agreed = s;
            late = new LinkedHashMap<>(needed);
            late.keySet().removeIf(node -> pins.get(node).highest() >= agreed);
            if (late.isEmpty()) {
                session.saw(database, s);
                return pins;
            }
        }
        throw new RefusedException(
                Refusal.BEHIND, "leaves did not meet at one CSN in " + ROUNDS_MAX + " rounds; the last was " + s);
    }

    private static void collect(Map<Node, CompletableFuture<Pin>> asked, Map<Node, Pin> pins, Gather gather) {
        RuntimeException failed = null;
        for (Map.Entry<Node, CompletableFuture<Pin>> entry : asked.entrySet()) {
            try {
                Pin old = pins.put(entry.getKey(), entry.getValue().join());
                if (old != null) {
                    gather.release(entry.getKey(), old.id());
                }
            } catch (CompletionException e) {
                // All answers are waited for, so that no pin comes in after the failed statement let go of its own.
                failed = e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    /** Which partitions each fragment reads on which leaf. */
    private static Map<PlannedFragment, Map<Node, SortedSet<Integer>>> place(
            long database, List<PlannedFragment> fragments, CatalogView catalog) {
        PartitionMap map = catalog.map(database)
                .orElseThrow(() -> new RefusedException(Refusal.UNKNOWN, "no partition map of database " + database));
        SortedSet<Integer> certain = new TreeSet<>();
        Map<PlannedFragment, Map<Node, SortedSet<Integer>>> places = new LinkedHashMap<>();
        List<PlannedFragment> anywhere = new ArrayList<>();
        for (PlannedFragment fragment : fragments) {
            Optional<SortedSet<Integer>> ordinals = ordinals(fragment.partitions(), map);
            if (ordinals.isPresent()) {
                certain.addAll(ordinals.get());
                places.put(fragment, byNode(ordinals.get(), map, catalog));
            } else {
                anywhere.add(fragment);
            }
        }
        for (PlannedFragment fragment : anywhere) {
            // Where another fragment goes anyway; else spread by the session's luck.
            int ordinal = certain.isEmpty()
                    ? Math.floorMod(Long.hashCode(System.nanoTime() >>> 10), map.partitions())
                    : certain.first();
            certain.add(ordinal);
            places.put(fragment, byNode(new TreeSet<>(List.of(ordinal)), map, catalog));
        }
        return places;
    }

    private static Optional<SortedSet<Integer>> ordinals(Partitions partitions, PartitionMap map) {
        return partitions.match(new Partitions.Cases<>() {
            @Override
            public Optional<SortedSet<Integer>> all(Partitions.All all) {
                SortedSet<Integer> ordinals = new TreeSet<>();
                for (int i = 0; i < map.partitions(); i++) {
                    ordinals.add(i);
                }
                return Optional.of(ordinals);
            }

            @Override
            public Optional<SortedSet<Integer>> some(Partitions.Some some) {
                return Optional.of(some.ordinals());
            }

            @Override
            public Optional<SortedSet<Integer>> anyOne(Partitions.AnyOne anyOne) {
                return Optional.empty();
            }
        });
    }

    private static Map<Node, SortedSet<Integer>> byNode(
            SortedSet<Integer> ordinals, PartitionMap map, CatalogView catalog) {
        Map<Node, SortedSet<Integer>> nodes = new TreeMap<>(Comparator.comparingLong(Node::id));
        for (int ordinal : ordinals) {
            long id = map.replicas().get(ordinal).get(0);
            Node node = catalog.node(id)
                    .orElseThrow(() -> new StatementException(
                            SqlState.STORE_UNREACHABLE, "leaf " + id + " of partition " + ordinal + " is not known"));
            nodes.computeIfAbsent(node, n -> new TreeSet<>()).add(ordinal);
        }
        return nodes;
    }
}
