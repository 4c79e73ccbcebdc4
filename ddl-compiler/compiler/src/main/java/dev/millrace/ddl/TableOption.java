package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

/**
 * An option behind CREATE TABLE's or CREATE DATABASE's body.
 *
 * @param name in upper case: {@code ENGINE}, {@code COMMENT}, {@code CHARACTER SET}, …
 * @param value as it prints: a word, a number or a quoted string
 */
public record TableOption(String name, String value, Place at) {
    public TableOption {
        requireNonNull(name, "name");
        requireNonNull(value, "value");
        requireNonNull(at, "at");
    }
}
