package dev.millrace.transform.process;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The last bytes of a stream. Thread-safe. */
final class TailText {
    private final byte[] ring;
    private long total;

    TailText(int bytesMax) {
        ring = new byte[bytesMax];
    }

    synchronized void add(byte[] bytes, int length) {
        int skipped = Math.max(0, length - ring.length);
        for (int i = skipped; i < length; i++) {
            ring[(int) ((total + i) % ring.length)] = bytes[i];
        }
        total += length;
    }

    /** The last bytes as text, without white space around it; what was cut off is said in front. */
    synchronized String last(int bytesMax) {
        int kept = (int) Math.min(Math.min(total, ring.length), bytesMax);
        byte[] bytes = new byte[kept];
        for (int i = 0; i < kept; i++) {
            bytes[i] = ring[(int) ((total - kept + i) % ring.length)];
        }
        // The first character may be cut in two; and nobody's log wants a NUL.
        String text = new String(bytes, UTF_8).replace('\0', ' ').strip();
        return total > kept ? "… " + text.replaceFirst("^\uFFFD+", "") : text;
    }
}
