package dev.millrace.launch;

import dev.millrace.spec.error.StatementException;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Where exceptions end: one line for the user, the stack trace for the log file. */
final class ProcessEdge {
    private static final String LOG_FOLDER = "millrace.log.dir";
    private static final String LOG_FILE = "millrace.log";

    /** Causes looked through for a message; a longer chain is a loop. */
    private static final int CAUSES_MAX = 50;

    private ProcessEdge() {}

    /** Sends the log to a folder. Must come before the first logger is made. */
    static void logTo(Path folder) {
        System.setProperty(LOG_FOLDER, folder.toString());
    }

    /** No log at all: for commands that only talk to a running Millrace. Must come before the first logger is made. */
    static void logNothing() {
        System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
        System.setProperty("slf4j.internal.verbosity", "WARN");
    }

    static Path logFile(Path folder) {
        return folder.resolve(LOG_FILE);
    }

    /** The line for stderr. What is not a mistake of the user is logged, and the line says where. */
    static String describe(Throwable failure) {
        String folder = System.getProperty(LOG_FOLDER);
        if (folder == null) {
            logNothing();
        }
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++) {
            if (cause instanceof StatementException mistake) {
                LoggerFactory.getLogger(ProcessEdge.class).info("refused: {}", mistake.describe(), failure);
                return oneLine(mistake.describe());
            }
            cause = cause.getCause();
        }
        LoggerFactory.getLogger(ProcessEdge.class).error("failed", failure);
        return oneLine(text(failure)) + (folder == null ? "" : " (details in " + logFile(Path.of(folder)) + ")");
    }

    /** Message and, where it says little by itself, the innermost cause's. */
    private static String text(Throwable failure) {
        Throwable innermost = failure;
        for (int depth = 0; innermost.getCause() != null && depth < CAUSES_MAX; depth++) {
            innermost = innermost.getCause();
        }
        String last = innermost.getMessage() == null
                ? innermost.getClass().getSimpleName()
                : innermost.getClass().getSimpleName() + ": " + innermost.getMessage();
        return innermost == failure || failure.getMessage() == null ? last : failure.getMessage() + ": " + last;
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
