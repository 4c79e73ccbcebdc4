package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Name of a table or pipeline, with its database where one was written.
 *
 * @param database empty: the session's current database
 */
public record ObjectName(Optional<Identifier> database, Identifier name) {
    public ObjectName {
        requireNonNull(database, "database");
        requireNonNull(name, "name");
    }

    public static ObjectName of(String name) {
        return new ObjectName(Optional.empty(), Identifier.of(name));
    }

    /** The same name in a database. */
    public static ObjectName of(String database, ObjectName name) {
        return new ObjectName(Optional.of(new Identifier(database, name.at())), name.name());
    }

    public static ObjectName of(String database, String name) {
        return new ObjectName(Optional.of(Identifier.of(database)), Identifier.of(name));
    }

    /** Where its first part stands. */
    public Place at() {
        return database.map(Identifier::at).orElse(name.at());
    }

    /** {@code db.name} or {@code name}, for messages. */
    @Override
    public String toString() {
        return database.map(db -> db.text() + "." + name.text()).orElse(name.text());
    }
}
