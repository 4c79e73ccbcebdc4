package dev.millrace.launch;

import org.apache.logging.log4j.LogManager;

/** SIGTERM and Ctrl-C: everything is stopped in order, then the process ends. */
final class StopSignal {
    private StopSignal() {}

    /**
     * From now on a signal stops the parts and ends the process.
     *
     * @param then more to do at the end, such as deleting what is temporary
     */
    static Thread install(Parts parts, int status, Runnable then) {
        Thread stop = new Thread(
                () -> {
                    parts.close();
                    then.run();
                    LogManager.shutdown();
                    // Libraries have hooks of their own that may wait for what has just been stopped.
                    Runtime.getRuntime().halt(status);
                },
                "stop-signal");
        Runtime.getRuntime().addShutdownHook(stop);
        return stop;
    }

    static Thread install(Parts parts, int status) {
        return install(parts, status, () -> {});
    }

    /** A process that ends by itself needs no signal; one that is being stopped already does it to the end. */
    static void remove(Thread stop) {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException e) {
            // Being stopped: the hook ends the process, so nothing after this point may get ahead of it.
            awaitEnd(stop);
        }
    }

    private static void awaitEnd(Thread stop) {
        try {
            stop.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
