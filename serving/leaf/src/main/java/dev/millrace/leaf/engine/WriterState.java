package dev.millrace.leaf.engine;

import dev.millrace.store.Attempt;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a partition remembers of one writer: the floor below which nothing of it is taken any more, and in the attempts
 * from there on what has finished, so that a late chunk or a repeated statement is known for what it is.
 *
 * <p>A pipeline's batches finish in the order of their numbers. An aggregator's statements do not: number 9 may be
 * published while 8 is still staging. So finished batches are a set, kept as ranges, and the end of 9 says nothing about
 * 8. Statements of one partition (log entry Insert) keep their answers until the writer says, in a later one, that it
 * has them; numbers below that are then refused, which touches no open batch.
 *
 * <p>The floor rises by a discard, and by the publish of a newer attempt: the system partition decided that batch after
 * it had fenced the older attempts, so what they had decided came before it in the order of CSNs.
 */
final class WriterState {
    /** A writer with more statements whose answers it never took is broken; the oldest answers are forgotten. */
    private static final int ANSWERS_MAX = 4096;

    private static final int VERSION = 1;

    private Attempt floor = Attempt.NONE;
    private final TreeMap<Attempt, Finished> attempts = new TreeMap<>();

    private static final class Finished {
        private NumberRanges batches = new NumberRanges();
        private long answeredBelow = Long.MIN_VALUE;
        private final TreeMap<Long, Answer> answers = new TreeMap<>();
    }

    Attempt floor() {
        return floor;
    }

    boolean isFenced(Attempt attempt) {
        return attempt.isOlderThan(floor);
    }

    boolean isFinished(Attempt attempt, long batch) {
        Finished finished = attempts.get(attempt);
        return isFenced(attempt) || (finished != null && finished.batches.contains(batch));
    }

    /** The answer that a statement or a refused seal got. */
    Optional<Answer> answer(Attempt attempt, long number) {
        Finished finished = attempts.get(attempt);
        return finished == null ? Optional.empty() : Optional.ofNullable(finished.answers.get(number));
    }

    /** Whether the writer has said that it has the statement's answer. */
    boolean isAnswered(Attempt attempt, long number) {
        Finished finished = attempts.get(attempt);
        return finished != null && number < finished.answeredBelow;
    }

    /** @param lowestOpen lowest number of the attempt with chunks here */
    void finish(Attempt attempt, long batch, long lowestOpen) {
        of(attempt).batches.add(batch, lowestOpen);
    }

    void remember(Attempt attempt, long number, Answer answer) {
        Finished finished = of(attempt);
        finished.answers.put(number, answer);
        if (finished.answers.size() > ANSWERS_MAX) {
            finished.answeredBelow = Math.max(
                    finished.answeredBelow, finished.answers.pollFirstEntry().getKey() + 1);
        }
    }

    /** Forgets the answers below a number; whether that changed anything. */
    boolean forget(Attempt attempt, long below) {
        Finished finished = of(attempt);
        if (below <= finished.answeredBelow) {
            return false;
        }
        finished.answeredBelow = below;
        finished.answers.headMap(below).clear();
        return true;
    }

    /** Raises the floor; whether that changed anything. */
    boolean raise(Attempt below) {
        if (!floor.isOlderThan(below)) {
            return false;
        }
        floor = below;
        attempts.headMap(below).clear();
        return true;
    }

    private Finished of(Attempt attempt) {
        return attempts.computeIfAbsent(attempt, key -> new Finished());
    }

    byte[] toBytes() {
        WireWriter out = new WireWriter().u8(VERSION);
        floor.write(out);
        out.list(attempts.entrySet(), (o, entry) -> {
            entry.getKey().write(o);
            entry.getValue().batches.write(o);
            o.number(entry.getValue().answeredBelow);
            o.list(
                    entry.getValue().answers.entrySet(),
                    (a, answer) ->
                            a.number(answer.getKey()).bytes(answer.getValue().toBytes()));
        });
        return out.toBytes();
    }

    static WriterState fromBytes(byte[] bytes) {
        WireReader in = new WireReader(bytes).version(VERSION);
        WriterState state = new WriterState();
        state.floor = Attempt.read(in);
        in.list(i -> {
            Finished finished = state.of(Attempt.read(i));
            finished.batches = NumberRanges.read(i);
            finished.answeredBelow = i.number();
            i.list(a -> Map.entry(a.number(), Answer.fromBytes(a.bytes())))
                    .forEach(answer -> finished.answers.put(answer.getKey(), answer.getValue()));
            return finished;
        });
        in.end();
        return state;
    }
}
