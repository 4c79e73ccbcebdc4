package dev.millrace.ddl.check.operator;

import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalInt;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;

/** ROUND and TRUNCATE: exact numbers half away from zero, inexact ones half to even, as in MySQL. */
final class Rounding {
    private Rounding() {}

    static String round(RexCall call, List<String> x) {
        RelDataType operand = call.getOperands().get(0).getType();
        String digits = x.size() == 1 ? "0" : "CAST(" + x.get(1) + " AS INTEGER)";
        OptionalInt literal =
                x.size() == 1 ? OptionalInt.of(0) : literal(call.getOperands().get(1));
        if (literal.isPresent()) {
            digits = String.valueOf(literal.getAsInt());
        }
        return switch (Types.family(operand)) {
            case APPROXIMATE -> "round_even(" + NumberOperators.widened(call, 0, x.get(0)) + ", " + digits + ")";
            case INTEGER -> "CAST(round(" + NumberOperators.widened(call, 0, x.get(0)) + ", " + digits + ") AS BIGINT)";
            default -> "CAST(round(" + x.get(0) + ", " + digits + ") AS " + Types.duckdb(call.getType()) + ")";
        };
    }

    static String truncate(RexCall call, List<String> x) {
        RelDataType operand = call.getOperands().get(0).getType();
        int digits = literal(call.getOperands().get(1)).orElse(0);
        String value = NumberOperators.widened(call, 0, x.get(0));
        if (Types.isApproximate(operand)) {
            String power = "CAST(1e" + Math.abs(digits) + " AS DOUBLE)";
            return digits >= 0
                    ? "(trunc(" + value + " * " + power + ") / " + power + ")"
                    : "(trunc(" + value + " / " + power + ") * " + power + ")";
        }
        if (digits >= Types.scale(operand)) {
            return value;
        }
        String unit = BigDecimal.ONE.scaleByPowerOfTen(-digits).toPlainString();
        return "CAST(" + value + " - " + value + " % " + unit + " AS " + Types.duckdb(call.getType()) + ")";
    }

    private static OptionalInt literal(RexNode node) {
        RexNode inner = RexUtil.removeCast(node);
        if (inner instanceof RexLiteral literal && !literal.isNull()) {
            BigDecimal value = literal.getValueAs(BigDecimal.class);
            return OptionalInt.of(value.max(BigDecimal.valueOf(-38))
                    .min(BigDecimal.valueOf(38))
                    .intValue());
        }
        return OptionalInt.empty();
    }
}
