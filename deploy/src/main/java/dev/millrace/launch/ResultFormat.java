package dev.millrace.launch;

/** How {@code sql} prints rows. */
enum ResultFormat {
    /** Aligned columns with a frame, for eyes. */
    TABLE,

    /** A header and RFC 4180 lines; NULL is an empty field, the empty string is {@code ""}. */
    CSV,

    /** One object per row and line. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
