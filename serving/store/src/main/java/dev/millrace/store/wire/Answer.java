package dev.millrace.store.wire;

import static java.util.Objects.requireNonNull;

import java.util.function.Consumer;

/** What comes back for an entry or a request: a payload, or a refusal with its message. */
public sealed interface Answer {
    /** Nothing more to say than yes. */
    Answer OK = new Done(new byte[0]);

    /** Carried out. */
    record Done(byte[] payload) implements Answer {}

    /** Not carried out. */
    record Refused(Refusal refusal, String message) implements Answer {
        public Refused {
            requireNonNull(refusal, "refusal");
            requireNonNull(message, "message");
        }
    }

    static Answer refused(Refusal refusal, String message) {
        return new Refused(refusal, message);
    }

    static Answer number(long value) {
        return of(out -> out.number(value));
    }

    static Answer bool(boolean value) {
        return of(out -> out.bool(value));
    }

    static Answer of(Consumer<WireWriter> payload) {
        WireWriter out = new WireWriter();
        payload.accept(out);
        return new Done(out.toBytes());
    }

    /** The payload to read, or the refusal as an exception. */
    default WireReader orThrow() {
        if (this instanceof Refused refused) {
            throw new RefusedException(refused.refusal(), refused.message());
        }
        return new WireReader(((Done) this).payload());
    }

    default byte[] toBytes() {
        WireWriter out = new WireWriter();
        if (this instanceof Refused refused) {
            out.u8(1).u8(refused.refusal().ordinal()).text(refused.message());
        } else {
            out.u8(0).bytes(((Done) this).payload());
        }
        return out.toBytes();
    }

    static Answer fromBytes(byte[] bytes) {
        WireReader in = new WireReader(bytes);
        if (in.u8() == 0) {
            return new Done(in.bytes());
        }
        int refusal = in.u8();
        if (refusal >= Refusal.values().length) {
            throw new IllegalArgumentException("refusal " + refusal);
        }
        return new Refused(Refusal.values()[refusal], in.text());
    }
}
