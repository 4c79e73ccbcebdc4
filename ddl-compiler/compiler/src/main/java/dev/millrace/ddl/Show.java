package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * SHOW, DESCRIBE and EXPLAIN of a table.
 *
 * @param full SHOW FULL …, SHOW GLOBAL …
 * @param database FROM db; where the subject is a table, the database is in its name
 * @param subject the table, pipeline or database that is shown
 * @param like pattern, its escapes as LIKE reads them
 * @param where condition over the result's columns
 * @param limit LIMIT of WARNINGS and ERRORS, as written
 */
public record Show(
        What what,
        boolean full,
        Optional<Identifier> database,
        Optional<ObjectName> subject,
        Optional<String> like,
        Optional<SqlText> where,
        Optional<SqlText> limit,
        Place at)
        implements Statement {
    /** What is shown. */
    public enum What {
        DATABASES("DATABASES"),
        TABLES("TABLES"),
        TABLE_STATUS("TABLE STATUS"),
        COLUMNS("COLUMNS"),
        INDEX("INDEX"),
        CREATE_TABLE("CREATE TABLE"),
        CREATE_DATABASE("CREATE DATABASE"),
        CREATE_PIPELINE("CREATE PIPELINE"),
        PIPELINES("PIPELINES"),
        WARNINGS("WARNINGS"),
        ERRORS("ERRORS"),
        VARIABLES("VARIABLES"),
        STATUS("STATUS"),
        PROCESSLIST("PROCESSLIST"),
        ENGINES("ENGINES"),
        CHARACTER_SET("CHARACTER SET"),
        COLLATION("COLLATION"),
        LEAVES("LEAVES"),
        AGGREGATORS("AGGREGATORS"),
        PARTITIONS("PARTITIONS");

        private final String words;

        What(String words) {
            this.words = words;
        }

        /** As it stands behind SHOW. */
        public String words() {
            return words;
        }
    }

    public Show {
        requireNonNull(what, "what");
        requireNonNull(database, "database");
        requireNonNull(subject, "subject");
        requireNonNull(like, "like");
        requireNonNull(where, "where");
        requireNonNull(limit, "limit");
        requireNonNull(at, "at");
    }

    @Override
    public <R> R match(Cases<R> cases) {
        return cases.show(this);
    }
}
