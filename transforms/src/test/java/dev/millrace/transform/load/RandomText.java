package dev.millrace.transform.load;

import java.util.List;
import java.util.SplittableRandom;

/** Random texts that hurt. {@code -Dseed=} repeats a run. */
final class RandomText {
    private static final String[] WORDS = {
        "a", "b", "\"", "'", ",", "\\", "\n", "\t", "|", "\r", "N", "NULL", " ", "é", "漢", "🙂", "\u0000", "x", "0",
        "\\N"
    };

    final long seed = Long.getLong("seed", 1);
    final SplittableRandom random = new SplittableRandom(seed);

    String word(int lengthMax) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(lengthMax + 1); i > 0; i--) {
            text.append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }

    String digits(int min, int max) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(min, max + 1); i > 0; i--) {
            text.append((char) ('0' + (random.nextInt(4) == 0 ? random.nextInt(2) * 9 : random.nextInt(10))));
        }
        return text.toString();
    }

    <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
