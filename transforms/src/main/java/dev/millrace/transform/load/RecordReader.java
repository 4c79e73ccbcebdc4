package dev.millrace.transform.load;

/** Reads records of one format into the builders it was made with. */
sealed interface RecordReader permits CsvReader, JsonReader, AvroReader {
    /** The records to come are written by this schema. */
    default void writtenBy(String schema) {}

    /** Appends the rows of the record in {@code bytes[from..to)}, a value to each of its builders for each row. */
    void read(byte[] bytes, int from, int to);

    /** Rows before the line or document in hand: what is left if it turns out bad. */
    int rowsBefore();

    /**
     * After a {@link BadValue}: index behind the line or document that was refused, from which {@link #resume} goes on;
     * the record's end if nothing is left or the rest makes no sense.
     */
    int recover();

    /** Appends the rows of the record in hand from an index on. */
    void resume(int from);

    /** Index of the value that was read last, for an error that knows no position. */
    int position();

    /** Line of the record, from 1, in which a position lies. Asked only about the last record. */
    int line(byte[] bytes, int from, int position);

    /** Drops what was kept of the records. */
    void release();
}
