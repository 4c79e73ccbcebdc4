package dev.millrace.transform.load;

/** Reads records of one format into the builders it was made with. */
sealed interface RecordReader permits CsvReader, JsonReader {
    /** Appends the rows of the record in {@code bytes[from..to)}, a value to each of its builders for each row. */
    void read(byte[] bytes, int from, int to);

    /** Index of the value that was read last, for an error that knows no position. */
    int position();

    /** Line of the record, from 1, in which a position lies. Asked only about the last record. */
    int line(byte[] bytes, int from, int position);

    /** Drops what was kept of the records. */
    void release();
}
