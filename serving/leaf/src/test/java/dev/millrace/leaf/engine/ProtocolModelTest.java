package dev.millrace.leaf.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.leaf.engine.ProtocolWorld.Pc;
import dev.millrace.leaf.engine.ProtocolWorld.Script;
import dev.millrace.leaf.engine.ProtocolWorld.Setup;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.WriteMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * All orders in which two attempts of a pipeline, another writer, their mail and the partitions can move, breadth first,
 * so that a fault comes with a shortest way to it. {@code -Dmodel.depth=} goes further than a build has time for.
 */
class ProtocolModelTest {
    private static final int DEPTH = Integer.getInteger("model.depth", 15);
    private static final Attempt FIRST = new Attempt(1, 0);
    private static final Attempt SECOND = new Attempt(1, 1);

    private final Map<ProtocolWorld, Step> seen = new HashMap<>();
    private final Set<List<Object>> checked = new HashSet<>();
    private boolean published;

    private record Step(ProtocolWorld before, Object what) {}

    @Test
    void offsetsAreLoadedOnceWhicheverAttemptIsLate() {
        explore(setup(2, ProtocolModel.PLAIN, WriteMode.INSERT, ProtocolModel.PLAIN, false));
    }

    @Test
    void checkedBatchesOfTwoWritersLeaveOneRowOfAKey() {
        explore(setup(1, ProtocolModel.KEYED, WriteMode.INSERT, ProtocolModel.KEYED, true));
    }

    @Test
    void batchThatNeedsNoGateMeetsOnesThatDo() {
        explore(setup(1, ProtocolModel.KEYED, WriteMode.REPLACE, ProtocolModel.KEYED, true));
    }

    @Test
    void sealsOfTwoTablesDoNotMeet() {
        explore(setup(1, ProtocolModel.KEYED, WriteMode.INSERT, ProtocolModel.KEYED_TOO, true));
    }

    /** Alone it has few worlds, so they can be followed for longer. */
    @Test
    void batchThatLosesItsGateIsCheckedAgainUnderTheNext() {
        Script alone = new Script(ProtocolModel.OTHER, FIRST, ProtocolModel.KEYED, WriteMode.INSERT);
        explore(new Setup(List.of(alone), 1, false, true, true), DEPTH + 9);
    }

    private static Setup setup(int offsets, TableSpec table, WriteMode otherMode, TableSpec otherTable, boolean gates) {
        return new Setup(
                List.of(
                        new Script(ProtocolModel.PIPELINE, FIRST, table, WriteMode.INSERT),
                        new Script(ProtocolModel.PIPELINE, SECOND, table, WriteMode.INSERT),
                        new Script(ProtocolModel.OTHER, FIRST, otherTable, otherMode)),
                offsets,
                gates,
                gates,
                gates);
    }

    private void explore(Setup setup) {
        explore(setup, DEPTH);
    }

    private void explore(Setup setup, int depthMax) {
        ProtocolModel model = new ProtocolModel(setup);
        Set<ProtocolWorld> layer = Set.of(model.first());
        layer.forEach(world -> seen.put(world, new Step(world, "")));
        for (int depth = 1; depth <= depthMax && !layer.isEmpty(); depth++) {
            Set<ProtocolWorld> next = new LinkedHashSet<>();
            for (ProtocolWorld world : layer) {
                try {
                    model.next(world, (what, after) -> {
                        if (seen.putIfAbsent(after, new Step(world, what)) == null) {
                            next.add(after);
                            check(model, after);
                        }
                    });
                } catch (IllegalStateException e) {
                    throw new AssertionError(way(world), e);
                }
            }
            layer = next;
        }
        assertThat(published).as("some batch got to the end").isTrue();
    }

    private void check(ProtocolModel model, ProtocolWorld world) {
        List<DecidedBatch> decided = model.decided(world);
        long cursor = 0;
        Attempt attempt = FIRST;
        for (DecidedBatch batch : decided) {
            if (batch.id().writer() == ProtocolModel.PIPELINE) {
                assertThat(ProtocolModel.move(batch.id()).from().offset())
                        .as(() -> "cursor of " + batch + way(world))
                        .isEqualTo(cursor);
                assertThat(batch.id().attempt().isOlderThan(attempt))
                        .as(() -> way(world))
                        .isFalse();
                cursor = ProtocolModel.move(batch.id()).to();
                attempt = batch.id().attempt();
            }
        }
        assertFenced(model, world, decided.size());
        published |= !decided.isEmpty()
                && world.partitions().stream()
                        .allMatch(partition -> partition.csn()
                                == decided.get(decided.size() - 1).csn());
        if (!checked.add(List.of(world.system(), world.partitions()))) {
            return;
        }
        for (PartitionModel partition : world.partitions()) {
            assertRows(model, world, partition, decided);
        }
        for (PartitionModel partition : model.afterAll(world).partitions()) {
            assertRows(model, world, partition, decided);
            boolean free = partition.sealed().values().stream()
                    .allMatch(table -> table.seal().isEmpty());
            assertThat(free).as(() -> "all seals are swept" + way(world)).isTrue();
        }
    }

    /** The newest decision was not of an attempt that was fenced in the world before it. */
    private void assertFenced(ProtocolModel model, ProtocolWorld world, int count) {
        ProtocolWorld before = seen.get(world).before();
        if (model.decided(before).size() == count) {
            return;
        }
        DecidedBatch newest = model.decided(world).get(count - 1);
        boolean fenced = newest.id().writer() == ProtocolModel.PIPELINE
                && newest.id().attempt().equals(FIRST)
                && before.drivers().get(1).pc() != Pc.NEW;
        assertThat(fenced)
                .as(() -> newest + " is of a fenced attempt" + way(world))
                .isFalse();
    }

    private void assertRows(
            ProtocolModel model, ProtocolWorld world, PartitionModel partition, List<DecidedBatch> decided) {
        List<PartitionModel.Row> expected = new ArrayList<>();
        for (DecidedBatch batch : decided) {
            if (batch.csn() <= partition.csn()) {
                PartitionModel.Content content = model.content(batch.id());
                long table = content.table().id();
                if (content.mode() == WriteMode.REPLACE) {
                    expected.removeIf(
                            row -> row.table() == table && content.keys().contains(row.key()));
                }
                content.keys().forEach(key -> expected.add(new PartitionModel.Row(table, key, batch.id())));
            }
        }
        List<PartitionModel.Row> rows = new ArrayList<>(partition.rows());
        rows.removeIf(row -> row.by().number() == ProtocolModel.STATEMENT);
        assertThat(rows).as(() -> way(world)).isEqualTo(expected);
        Set<List<Long>> keys = new HashSet<>();
        for (PartitionModel.Row row : partition.rows()) {
            assertThat(row.table() == ProtocolModel.PLAIN.id() || keys.add(List.of(row.table(), row.key())))
                    .as(() -> row + " is there twice" + way(world))
                    .isTrue();
        }
    }

    /** How the world came about. */
    private String way(ProtocolWorld world) {
        List<String> steps = new ArrayList<>();
        for (ProtocolWorld at = world;
                !seen.get(at).before().equals(at);
                at = seen.get(at).before()) {
            steps.add(0, seen.get(at).what().toString());
        }
        return "\n" + String.join("\n", steps) + "\n";
    }
}
