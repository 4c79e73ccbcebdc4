package dev.millrace.spec.error;

import static java.util.Objects.requireNonNull;

/**
 * What can go wrong with a statement: SQLSTATE and MySQL's error number where MySQL has one. States of ours end in
 * {@code Mxx} and their numbers start at 20000. To add one, look for MySQL's first.
 */
public enum SqlState {
    SYNTAX_ERROR("42000", 1064),
    EMPTY_QUERY("42000", 1065),
    NO_DATABASE_SELECTED("3D000", 1046),
    DATABASE_EXISTS("HY000", 1007),
    UNKNOWN_DATABASE("42000", 1049),
    TABLE_EXISTS("42S01", 1050),
    UNKNOWN_TABLE("42S02", 1146),
    UNKNOWN_DROP_TABLE("42S02", 1051),
    UNKNOWN_DROP_DATABASE("HY000", 1008),
    UNKNOWN_COLUMN("42S22", 1054),
    DUPLICATE_COLUMN("42S21", 1060),
    AMBIGUOUS_COLUMN("23000", 1052),
    NOT_UNIQUE_ALIAS("42000", 1066),
    UNKNOWN_FUNCTION("42000", 1305),
    WRONG_ARGUMENTS("HY000", 1210),
    WRONG_PARAMETER_COUNT("42000", 1582),
    WRONG_TYPE("42000", 1221),
    NOT_GROUPED("42000", 1055),
    INVALID_GROUP_FUNCTION("HY000", 1111),
    COLUMN_COUNT_MISMATCH("21S01", 1136),
    UNEQUAL_SELECT_LISTS("21000", 1222),
    SUBQUERY_RETURNS_MANY_ROWS("21000", 1242),
    NOT_NULL_VIOLATION("23000", 1048),
    NO_DEFAULT("HY000", 1364),
    DUPLICATE_KEY("23000", 1062),
    DATA_TOO_LONG("22001", 1406),
    OUT_OF_RANGE("22003", 1264),
    NUMERIC_OVERFLOW("22003", 1690),
    DIVISION_BY_ZERO("22012", 1365),
    INCORRECT_VALUE("22007", 1366),
    INVALID_DEFAULT("42000", 1067),
    WRONG_COLUMN_SPECIFIER("42000", 1063),
    MULTIPLE_PRIMARY_KEY("42000", 1068),
    KEY_COLUMN_MISSING("42000", 1072),
    UNIQUE_KEY_NEEDS_SHARD_KEY("HY000", 1503),
    UNKNOWN_SYSTEM_VARIABLE("HY000", 1193),
    UNKNOWN_STATEMENT("HY000", 1243),
    READ_ONLY("HY000", 1290),
    LOCK_WAIT_TIMEOUT("HY000", 1205),
    QUERY_INTERRUPTED("70100", 1317),
    QUERY_TIMEOUT("HY000", 3024),
    PACKET_TOO_LARGE("08S01", 1153),
    UNSUPPORTED("0A000", 1235),
    INTERNAL("HY000", 1105),

    PIPELINE_EXISTS("42M01", 20001),
    UNKNOWN_PIPELINE("42M02", 20002),
    PIPELINE_RUNNING("55M01", 20003),
    PIPELINE_NOT_RUNNING("55M02", 20004),
    PLAN_STALE("40M01", 20005),
    WRITER_FENCED("40M02", 20006),
    CURSOR_MISMATCH("40M03", 20007),
    TABLE_CHANGED("40M04", 20008),
    SOURCE_UNREACHABLE("08M01", 20009),
    UNKNOWN_TOPIC("42M03", 20010),
    STORE_UNREACHABLE("08M02", 20011),
    RECORD_REFUSED("22M01", 20012),
    RESOURCES_EXHAUSTED("53M01", 20013),
    WRONG_CONFIG("22M02", 20014);

    private final String code;
    private final int number;

    SqlState(String code, int number) {
        this.code = requireNonNull(code, "code");
        this.number = number;
    }

    /** SQLSTATE, five characters. */
    public String code() {
        return code;
    }

    /** MySQL's error number, or one of ours from 20000. */
    public int number() {
        return number;
    }
}
