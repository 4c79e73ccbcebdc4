package dev.millrace.store;

import static java.util.Objects.requireNonNull;

/**
 * How far a file is loaded, as the offset of its cursor: bytes of its content, unpacked, or rows of Parquet and of Avro
 * containers, and above them whether anything is still to come. So it only ever grows, and a batch moves it like any other cursor.
 *
 * @param bytes of the content before it, or rows
 */
public record FilePlace(long bytes, State state) {
    /** What becomes of the rest. */
    public enum State {
        LOADING,
        LOADED,
        /** It cannot be read on, and the pipeline leaves such files out. */
        SKIPPED
    }

    /** Set where nothing is to come; offsets of all such files are at least this. */
    public static final long ENDED = 1L << 62;

    /** Set, too, where that is because the rest was left out. */
    public static final long LEFT_OUT = 1L << 61;

    /** Nothing of a file is loaded. */
    public static final FilePlace BEGIN = new FilePlace(0, State.LOADING);

    public FilePlace {
        requireNonNull(state, "state");
        if (bytes < 0 || bytes >= LEFT_OUT) {
            throw new IllegalArgumentException(bytes + " bytes of a file");
        }
    }

    /** What an offset says. */
    public static FilePlace of(long offset) {
        State state = offset < ENDED ? State.LOADING : (offset & LEFT_OUT) == 0 ? State.LOADED : State.SKIPPED;
        return new FilePlace(offset & ~(ENDED | LEFT_OUT), state);
    }

    /** The offset that says this. */
    public long offset() {
        return switch (state) {
            case LOADING -> bytes;
            case LOADED -> bytes | ENDED;
            case SKIPPED -> bytes | ENDED | LEFT_OUT;
        };
    }

    /** As it stands in messages of those who do not know what is counted. */
    @Override
    public String toString() {
        return in("place");
    }

    /** As it stands in messages, a number of such units. */
    public String in(String unit) {
        return unit + " " + bytes
                + switch (state) {
                    case LOADING -> "";
                    case LOADED -> " (its end)";
                    case SKIPPED -> " (the rest is left out)";
                };
    }

    public boolean hasEnded() {
        return state != State.LOADING;
    }
}
