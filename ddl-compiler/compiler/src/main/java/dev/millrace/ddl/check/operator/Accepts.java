package dev.millrace.ddl.check.operator;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.type.SqlTypeName;

/** What an operator wants of an operand, and what the operand is turned into for it. */
enum Accepts {
    /** Anything, as it is. */
    ANY,
    /** Text; numbers and times are printed. */
    TEXT,
    /** Text or bytes, as it is; the rest is printed. */
    STRING,
    /** An integer as it is; other numbers are rounded to BIGINT, text is read as a number. */
    BIGINT,
    /** A number as it is; text is read as DOUBLE, truth is 0 or 1, times are their digits. */
    NUMBER,
    /** DOUBLE. */
    DOUBLE,
    /** Truth; numbers are true if they are not 0. */
    BOOL,
    /** DATE; the time of day is dropped, text is read. */
    DATE,
    /** TIMESTAMP(6); a date is its midnight, text is read. */
    TIMESTAMP,
    /** DATE or TIMESTAMP as it is; text is read as TIMESTAMP(6). */
    TEMPORAL,
    /** The type in which all operands of the call meet. */
    COMMON;

    boolean takes(RelDataType type) {
        Types.Family family = Types.family(type);
        if (family == Types.Family.OTHER) {
            return false;
        }
        return switch (this) {
            case ANY, COMMON, STRING -> true;
            case TEXT, BOOL -> family != Types.Family.BINARY;
            case BIGINT, NUMBER, DOUBLE -> family != Types.Family.BINARY;
            case DATE, TIMESTAMP, TEMPORAL ->
                family == Types.Family.NULL
                        || family == Types.Family.TEXT
                        || family == Types.Family.DATE
                        || family == Types.Family.TIMESTAMP;
        };
    }

    RelDataType target(RelDataTypeFactory factory, RelDataType type, List<RelDataType> all) {
        Types.Family family = Types.family(type);
        return switch (this) {
            case ANY -> type;
            case TEXT -> family == Types.Family.TEXT ? type : factory.createSqlType(SqlTypeName.VARCHAR);
            case STRING ->
                family == Types.Family.TEXT || family == Types.Family.BINARY
                        ? type
                        : factory.createSqlType(SqlTypeName.VARCHAR);
            case BIGINT -> family == Types.Family.INTEGER ? type : factory.createSqlType(SqlTypeName.BIGINT);
            case NUMBER -> Coercion.number(factory, type);
            case DOUBLE -> factory.createSqlType(SqlTypeName.DOUBLE);
            case BOOL -> factory.createSqlType(SqlTypeName.BOOLEAN);
            case DATE -> factory.createSqlType(SqlTypeName.DATE);
            case TIMESTAMP -> factory.createSqlType(SqlTypeName.TIMESTAMP, 6);
            case TEMPORAL -> Types.isTemporal(type) ? type : factory.createSqlType(SqlTypeName.TIMESTAMP, 6);
            case COMMON -> Types.common(factory, all);
        };
    }
}
