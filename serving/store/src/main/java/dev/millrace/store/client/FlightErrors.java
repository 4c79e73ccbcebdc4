package dev.millrace.store.client;

import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;

/**
 * How a refusal travels where Flight has no room for an answer (the stream of a fragment): as an error whose
 * description starts with the refusal's name and a colon.
 */
public final class FlightErrors {
    private FlightErrors() {}

    /** The error a leaf ends a stream with. */
    public static FlightRuntimeException toFlight(Refusal refusal, String message) {
        return new CallStatus(FlightStatusCode.INVALID_ARGUMENT)
                .withDescription(refusal.name() + ": " + message)
                .toRuntimeException();
    }

    /** What the client makes of any error of Flight's. */
    static RefusedException refused(FlightRuntimeException error) {
        String text = String.valueOf(error.status().description());
        int colon = text.indexOf(": ");
        if (error.status().code() == FlightStatusCode.INVALID_ARGUMENT && colon > 0) {
            for (Refusal refusal : Refusal.values()) {
                if (refusal.name().equals(text.substring(0, colon))) {
                    return new RefusedException(refusal, text.substring(colon + 2));
                }
            }
        }
        return switch (error.status().code()) {
            case UNAVAILABLE, TIMED_OUT, CANCELLED -> unavailable(error, text);
            default -> new RefusedException(Refusal.MALFORMED, error.status().code() + ": " + text);
        };
    }

    private static RefusedException unavailable(FlightRuntimeException error, String text) {
        RefusedException refused =
                new RefusedException(Refusal.UNAVAILABLE, error.status().code() + ": " + text);
        refused.initCause(error);
        return refused;
    }
}
