package dev.millrace.job.run;

import java.util.function.Supplier;
import org.apache.arrow.flight.FlightClient;

/**
 * Calls the store's client under the class loader that Flight came from.
 *
 * <p>gRPC's threads are shared by all that take it from one loader, leaves in the same process too, and a new thread
 * inherits its maker's context class loader. Made by a task, they would keep the job's loader, which Flink closes when
 * the job ends; a leaf that later loads a class on such a thread would fail for good.
 */
public final class ContextLoader {
    private ContextLoader() {}

    /** Runs the call on this thread. */
    public static <T> T ofFlight(Supplier<T> call) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(FlightClient.class.getClassLoader());
        try {
            return call.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
