package dev.millrace.leaf.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.TableChange;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.GateAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What the system partition promises, kept a second time from its answers alone: attempts, cursors, CSNs, last touches
 * and gates. Rows of the state are compared with it.
 */
final class Promises {
    private final SystemState state;
    private final Map<BatchId, Long> csns = new HashMap<>();
    private final Map<BatchId, Long> homes = new HashMap<>();
    private final Map<Long, Attempt> current = new HashMap<>();
    private final Map<Long, Long> runs = new HashMap<>();
    private final Map<Long, TreeMap<String, Cursor>> cursors = new HashMap<>();
    private final Map<Long, long[]> touched = new HashMap<>();
    private final Map<Long, Long> newest = new HashMap<>();
    private final Map<Long, GateRow> holders = new HashMap<>();
    private int grants;

    Promises(SystemState state) {
        this.state = state;
    }

    int batches() {
        return csns.size();
    }

    int grants() {
        return grants;
    }

    void check(Supplier<String> what, SystemEntry entry, Answer answer) {
        if (answer instanceof Answer.Done) {
            done(what, entry, answer);
        }
        for (ProgressRow row : state.rows().progress.all()) {
            assertThat(row.csn()).as(what).isEqualTo(newest.get(row.database()));
            assertThat(row.lastTouched())
                    .as(what)
                    .isEqualTo(
                            Arrays.stream(touched.get(row.database())).boxed().toList());
            assertDense(what, row);
        }
        for (CursorRow row : state.rows().cursors.all()) {
            assertThat(row.cursors())
                    .as(what)
                    .isEqualTo(List.copyOf(cursors.get(row.pipeline()).values()));
        }
        assertGates(what);
    }

    private void done(Supplier<String> what, SystemEntry entry, Answer answer) {
        if (entry instanceof SystemEntry.RegisterWriter) {
            current.put(answer.orThrow().number(), new Attempt(1, 0));
        } else if (entry instanceof SystemEntry.NewRun run) {
            Attempt fence = new Attempt(answer.orThrow().number(), -1);
            assertThat(fence.run()).as(what).isGreaterThan(runs.getOrDefault(run.pipeline(), 0L));
            runs.put(run.pipeline(), fence.run());
            if (!run.submission()) {
                fence(run.pipeline(), fence);
            }
        } else if (entry instanceof SystemEntry.ReplacePipeline replace) {
            replaced(replace, answer.orThrow().number());
        } else if (entry instanceof SystemEntry.Open open) {
            assertThat(open.attempt().isOlderThan(current.getOrDefault(open.writer(), Attempt.NONE)))
                    .as(what)
                    .isFalse();
            fence(open.writer(), open.attempt());
        } else if (entry instanceof SystemEntry.CreateDatabase create) {
            touched.computeIfAbsent(create.database().id(), id -> new long[RandomEntries.PARTITIONS]);
            newest.putIfAbsent(create.database().id(), 0L);
        } else if (entry instanceof SystemEntry.DropDatabase drop) {
            forget(drop.id());
        } else if (entry instanceof SystemEntry.CreatePipeline create) {
            cursors.computeIfAbsent(create.pipeline().id(), id -> new TreeMap<>());
        } else if (entry instanceof SystemEntry.DropPipeline drop) {
            cursors.remove(drop.id());
            current.remove(drop.id());
            runs.remove(drop.id());
            holders.values().removeIf(row -> row.batch().writer() == drop.id());
        } else if (entry instanceof SystemEntry.AddCursors add) {
            assertThat(add.attempt()).as(what).isEqualTo(current.get(add.writer()));
            add.cursors().forEach(cursor -> cursors.get(add.writer()).putIfAbsent(cursor.partition(), cursor));
        } else if (entry instanceof SystemEntry.TakeGate take) {
            granted(what, take, GateAnswer.read(answer.orThrow()));
        } else if (entry instanceof SystemEntry.ReleaseGate release) {
            holders.values().removeIf(row -> row.batch().equals(release.batch()));
        } else if (entry instanceof SystemEntry.RevokeGate revoke) {
            holders.values().removeIf(row -> row.batch().equals(revoke.batch()));
        } else if (entry instanceof SystemEntry.Decide decide) {
            decided(what, decide, answer.orThrow().number());
        }
    }

    /** The same one sent again does nothing. */
    private void replaced(SystemEntry.ReplacePipeline replace, long run) {
        long id = replace.pipeline().id();
        if (run > runs.getOrDefault(id, 0L) && !replace.cursors().isEmpty()) {
            fence(id, new Attempt(run, -1));
            replace.cursors().forEach(cursor -> cursors.get(id).put(cursor.partition(), cursor));
        }
        runs.put(id, run);
    }

    private void fence(long writer, Attempt attempt) {
        current.put(writer, attempt);
        holders.values()
                .removeIf(row ->
                        row.batch().writer() == writer && row.batch().attempt().isOlderThan(attempt));
    }

    private void forget(long database) {
        touched.remove(database);
        newest.remove(database);
        homes.entrySet().removeIf(home -> home.getValue() == database && csns.remove(home.getKey()) != null);
        holders.values().removeIf(row -> row.database() == database);
    }

    private void granted(Supplier<String> what, SystemEntry.TakeGate take, GateAnswer answer) {
        if (!answer.granted()) {
            assertThat(answer.holder()).as(what).hasSize(1).doesNotContain(take.batch());
            return;
        }
        assertThat(take.batch().attempt())
                .as(what)
                .isEqualTo(current.get(take.batch().writer()));
        grants++;
        GateRow holder = new GateRow(0, answer.gate(), true, take.batch(), take.database(), take.tables());
        for (long table : take.tables()) {
            GateRow before = holders.put(table, holder);
            assertThat(before == null || before.batch().equals(take.batch()) && before.gate() == answer.gate())
                    .as(() -> what.get() + " after " + before)
                    .isTrue();
        }
    }

    private void decided(Supplier<String> what, SystemEntry.Decide decide, long csn) {
        Long known = csns.putIfAbsent(decide.batch(), csn);
        if (known != null) {
            assertThat(csn).as(what).isEqualTo(known);
            return;
        }
        homes.put(decide.batch(), decide.database());
        long writer = decide.batch().writer();
        assertThat(decide.batch().attempt()).as(what).isEqualTo(current.get(writer));
        for (long table : Gates.tables(decide)) {
            GateRow holder = holders.get(table);
            assertThat(holder == null ? 0 : holder.gate()).as(what).isEqualTo(decide.gate());
            assertThat(holder == null || holder.batch().equals(decide.batch()))
                    .as(what)
                    .isTrue();
        }
        // All tables here have a key.
        assertThat(decide.gate() > 0
                        || decide.mode() != WriteMode.INSERT
                        || decide.participants().isEmpty())
                .as(what)
                .isTrue();
        for (CursorMove move : decide.moves()) {
            Cursor from = cursors.get(writer)
                    .put(
                            move.from().partition(),
                            new Cursor(move.from().incarnation(), move.from().partition(), move.to()));
            assertThat(from).as(what).isEqualTo(move.from());
        }
        boolean visible = decide.change().isPresent() || !decide.participants().isEmpty();
        assertThat(csn).as(what).isEqualTo(visible ? newest.merge(decide.database(), 1L, Long::sum) : 0);
        if (decide.change().isPresent()) {
            Arrays.fill(touched.get(decide.database()), csn);
            TableChange change = decide.change().get();
            if (change.kind() == TableChange.Kind.DROP) {
                holders.remove(change.table().id());
            }
        }
        decide.participants().forEach(p -> touched.get(decide.database())[p.ordinal()] = csn);
        holders.values().removeIf(row -> row.batch().equals(decide.batch()));
    }

    private void assertDense(Supplier<String> what, ProgressRow row) {
        long known = Math.max(0, row.csn() - 3);
        List<DecidedBatch> newestBatches = state.after(List.of(new FollowRequest.Known(row.database(), known)));
        List<Long> expected = new ArrayList<>();
        for (long csn = known + 1; csn <= row.csn(); csn++) {
            expected.add(csn);
        }
        assertThat(newestBatches).as(what).extracting(DecidedBatch::csn).isEqualTo(expected);
        newestBatches.forEach(batch -> assertThat(csns.get(batch.id())).as(what).isEqualTo(batch.csn()));
    }

    private void assertGates(Supplier<String> what) {
        Set<Long> held = new HashSet<>();
        Set<BatchId> batches = new HashSet<>();
        for (GateRow row : state.rows().gateRows.all()) {
            assertThat(batches.add(row.batch()))
                    .as(() -> what.get() + ": " + row)
                    .isTrue();
            assertThat(row.batch().attempt())
                    .as(() -> what.get() + ": " + row)
                    .isEqualTo(current.get(row.batch().writer()));
            if (row.holds()) {
                assertThat(held.addAll(row.tables()))
                        .as(() -> what.get() + ": " + row)
                        .isTrue();
                row.tables().forEach(table -> {
                    assertThat(holders.get(table).batch()).as(what).isEqualTo(row.batch());
                    assertThat(holders.get(table).gate()).as(what).isEqualTo(row.gate());
                });
            }
        }
        assertThat(held).as(what).isEqualTo(holders.keySet());
    }
}
