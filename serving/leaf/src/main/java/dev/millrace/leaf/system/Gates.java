package dev.millrace.leaf.system;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.TableRef;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.GateAnswer;
import dev.millrace.store.wire.GatesAnswer;
import dev.millrace.store.wire.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who holds the gates of which tables, and who waits. One row of batches in the order of their arrival: a batch goes on
 * when nothing before it hinders it, so holders and those who came first are treated alike and nobody starves. A batch
 * that waits must ask again; when it has gone for good, a fence or a revocation takes its place away.
 */
final class Gates {
    /** Longest row of those who wait; more are refused without a place. */
    static final int WAITING_MAX = 10_000;

    private final SystemRows rows;

    Gates(SystemRows rows) {
        this.rows = rows;
    }

    Answer take(SystemEntry.TakeGate entry) {
        List<Long> tables = entry.tables().stream().distinct().sorted().toList();
        Optional<GateRow> known = find(entry.batch());
        if (known.isPresent() && !(known.get().asks() && known.get().tables().equals(tables))) {
            return Answer.refused(
                    Refusal.MALFORMED, entry.batch() + " asks for other gates than before: " + known.get());
        }
        GateRow row = known.orElseGet(
                () -> new GateRow(rows.counters().nextPlace(), 0, true, entry.batch(), entry.database(), tables));
        if (row.holds()) {
            return granted(row);
        }
        List<GateRow> before = before(row);
        if (before.isEmpty()) {
            GateRow holder = row.withGate(rows.nextGate());
            keep(holder);
            return granted(holder);
        }
        if (known.isEmpty() && !enqueue(row)) {
            return full();
        }
        GateAnswer waits = new GateAnswer(0, List.of(), List.of(inTheWay(before).batch()));
        return Answer.of(waits::write);
    }

    /**
     * Whether a batch may be decided as far as gates go: it holds those it says it holds, or nobody who holds or waits
     * before it is in its way. A refusal as BUSY gives it a place in the row.
     */
    Optional<Answer> refusal(SystemEntry.Decide entry) {
        List<Long> tables = tables(entry);
        Optional<GateRow> known = find(entry.batch());
        if (entry.gate() > 0 || known.filter(GateRow::asks).isPresent()) {
            return known.filter(row -> row.holds()
                                    && row.gate() == entry.gate()
                                    && row.tables().containsAll(tables))
                            .isPresent()
                    ? Optional.empty()
                    : Optional.of(Answer.refused(
                            Refusal.GATE_LOST,
                            entry.batch() + " does not hold gate " + entry.gate() + " of tables " + tables));
        }
        if (known.filter(row -> !row.tables().equals(tables)).isPresent()) {
            drop(entry.batch()); // it waited for other tables: its place is not good for these
        }
        Optional<GateRow> waiting = find(entry.batch());
        GateRow row = waiting.orElseGet(
                () -> new GateRow(rows.counters().nextPlace(), 0, false, entry.batch(), entry.database(), tables));
        List<GateRow> before = before(row);
        if (before.isEmpty()) {
            return Optional.empty();
        }
        if (waiting.isEmpty() && !enqueue(row)) {
            return Optional.of(full());
        }
        GateRow first = inTheWay(before);
        return Optional.of(Answer.refused(
                Refusal.BUSY,
                "a table is held by " + first.batch()
                        + (first.holds() ? ", gate " + first.gate() : ", which is next")));
    }

    /** Whether a batch has a place and something before it is still in its way. */
    boolean waits(BatchId batch) {
        return find(batch).filter(row -> !row.holds() && !before(row).isEmpty()).isPresent();
    }

    List<GatesAnswer.Held> held(long database) {
        return rows.gateRows.all().stream()
                .filter(row -> row.holds() && row.database() == database)
                .map(row -> new GatesAnswer.Held(row.gate(), row.batch()))
                .toList();
    }

    void drop(BatchId batch) {
        find(batch).ifPresent(row -> rows.gateRows.remove(row.place()));
    }

    /** Gives up the place of a batch that cannot be decided, but no gate: its seals stand until its writer lets go. */
    void dropPlace(BatchId batch) {
        find(batch).filter(row -> !row.holds()).ifPresent(row -> rows.gateRows.remove(row.place()));
    }

    void dropOlder(long writer, Attempt current) {
        dropAll(row -> row.batch().writer() == writer && row.batch().attempt().isOlderThan(current));
    }

    void dropWriter(long writer) {
        dropAll(row -> row.batch().writer() == writer);
    }

    void dropTable(long table) {
        dropAll(row -> row.tables().contains(table));
    }

    void dropDatabase(long database) {
        dropAll(row -> row.database() == database);
    }

    static List<Long> tables(SystemEntry.Decide entry) {
        List<Long> tables = new java.util.ArrayList<>(
                entry.tables().stream().map(TableRef::id).toList());
        entry.change().ifPresent(change -> tables.add(change.table().id()));
        return tables.stream().distinct().sorted().toList();
    }

    private void dropAll(Predicate<GateRow> gone) {
        rows.gateRows.all().stream().filter(gone).map(GateRow::place).toList().forEach(rows.gateRows::remove);
    }

    private Optional<GateRow> find(BatchId batch) {
        return rows.gateRows.all().stream()
                .filter(row -> row.batch().equals(batch))
                .findFirst();
    }

    private List<GateRow> before(GateRow row) {
        return rows.gateRows.all().stream()
                .takeWhile(other -> other.place() < row.place())
                .filter(row::hinders)
                .toList();
    }

    /** The one that others wait for and that waits for nobody: a holder, or who is next and has not asked again. */
    private GateRow inTheWay(List<GateRow> before) {
        GateRow first = before.get(0);
        for (List<GateRow> next = before(first); !first.holds() && !next.isEmpty(); next = before(first)) {
            first = next.get(0);
        }
        return first;
    }

    private boolean enqueue(GateRow row) {
        if (rows.gateRows.size() >= WAITING_MAX) {
            return false;
        }
        keep(row);
        return true;
    }

    private void keep(GateRow row) {
        if (row.place() == rows.counters().nextPlace()) {
            rows.nextPlace();
        }
        rows.gateRows.put(row);
    }

    private Answer granted(GateRow row) {
        List<Long> lastTouched =
                rows.progress.find(row.database()).orElseThrow().lastTouched();
        return Answer.of(new GateAnswer(row.gate(), lastTouched, List.of())::write);
    }

    private static Answer full() {
        return Answer.refused(Refusal.BUSY, WAITING_MAX + " batches wait for tables already");
    }
}
