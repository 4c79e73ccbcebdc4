package dev.millrace.spec;

/** What becomes of a record that cannot be loaded, and of a row whose unique key is taken. */
public enum ErrorMode {
    /** The pipeline stops and names the record. */
    FAIL(""),
    /** The row there gives way; a record that cannot be loaded stops the pipeline. */
    REPLACE("REPLACE"),
    /** The row there stays; a record that cannot be loaded is left out. */
    IGNORE("IGNORE"),
    /** Records that cannot be loaded are left out, for whatever reason. */
    SKIP_ALL("SKIP ALL ERRORS"),
    /** Records are left out whose values do not fit their columns. */
    SKIP_CONSTRAINT("SKIP CONSTRAINT ERRORS"),
    /** Records are left out whose unique key is taken. */
    SKIP_DUPLICATE_KEY("SKIP DUPLICATE KEY ERRORS"),
    /** Records are left out that the format cannot read. */
    SKIP_PARSER("SKIP PARSER ERRORS");

    private final String words;

    ErrorMode(String words) {
        this.words = words;
    }

    /** As it is written in CREATE PIPELINE; empty for none. */
    public String words() {
        return words;
    }
}
