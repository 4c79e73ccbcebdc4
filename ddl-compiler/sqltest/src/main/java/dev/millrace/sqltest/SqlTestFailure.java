package dev.millrace.sqltest;

/** A record did not give what the file says, or the file cannot be read. The message names file and line. */
public final class SqlTestFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    SqlTestFailure(String message) {
        super(message);
    }

    SqlTestFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
