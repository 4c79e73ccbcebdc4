/**
 * Load: record bytes become typed Arrow rows of a pipeline's table, or a reason why not. Doors: {@link
 * dev.millrace.transform.load.Loader}, with {@link dev.millrace.transform.load.RecordBatch} in and {@link
 * dev.millrace.transform.load.LoadResult} out. Nothing of Flink or Kafka enters: the job and TEST PIPELINE share this
 * room.
 *
 * <p><b>One meaning of text.</b> A {@code ColumnBuilder} is the only place that turns text into a value of its type, as
 * MySQL's strict mode does; CSV fields, JSON strings and defaults all pass through it. White space around numbers and
 * dates is allowed; fractions round half away from zero into integers, decimals and seconds; anything out of range, too
 * long or only partly a number is an error. Where we differ from MySQL: years of two digits and separators other than
 * {@code -} are no dates; a trailing {@code Z} or zone makes a time UTC; TIMESTAMP has the range of DATETIME; BOOL is 0,
 * 1, true or false.
 *
 * <p><b>JSON.</b> RFC 8259 to the letter, also in values that nobody reads; nesting is bounded. Of equal keys the last
 * wins, as in MySQL. null is NULL, a missing path is not: it takes the mapping's DEFAULT or the record is refused, and so
 * does a path through something that is no object. A JSON column keeps a value's text as it was spelled. Objects and
 * arrays fit JSON and character columns only. A number is a date only as YYYYMMDD or YYYYMMDDhhmmss, so that seconds
 * since 1970 are not taken for one.
 *
 * <p><b>Avro.</b> A value is read by its writer's schema, which leads the way to what the paths want; nothing is made of
 * the rest, but all of it is checked. What it is becomes text for columns that read text, and a number, a date or a time
 * goes in as such. The schema is parsed by Avro's library; its decoder knows no place in the bytes, which errors name.
 *
 * <p><b>Errors.</b> A bad line or document is taken back alone and its error kept beside the rows, if the pipeline's
 * error mode covers it; otherwise the batch is refused for it. What a mode leaves out says {@link
 * dev.millrace.transform.load.RecordError.Kind}, the same for every format.
 *
 * <p><b>Why no library parses.</b> Measured on one thread, 308-byte tweets into ten typed columns, two cores otherwise
 * idle: this room 0.95–1.0 µs a row, DuckDB's json_transform with TRY_CAST over an Arrow column 1.35–1.45 µs (and its
 * casts are not MySQL's, its errors name no byte), Jackson's tokens alone, without any column, 0.65–0.9 µs. CSV of 108
 * bytes and eight columns takes 0.25 µs a row, where libraries that make strings take 0.7–1 µs. Jackson is the reference
 * in the tests instead.
 *
 * <p><b>Why the heap.</b> Values gather in arrays and are copied into Arrow buffers at a batch's end: array stores are
 * cheaper than vector writes, buffers get their exact size, and a refused batch has no direct memory to release.
 *
 * <p>DuckDB is here for Parquet, in {@link dev.millrace.transform.load.ParquetRows}, and for expressions, in {@link
 * dev.millrace.transform.load.ExpressionEngine}, without access to files or the network. What SET computes comes back as text and goes through the column like a field, so there is one
 * meaning of text here, too. Rows go in by DuckDB's appender, not as Arrow streams: those need a native library of their
 * own in every class loader that loads a job.
 */
package dev.millrace.transform.load;
