package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.RexWriter;
import dev.millrace.ddl.check.operator.Types;
import dev.millrace.store.query.Relation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Placed operators → DuckDB SQL. Columns are named by their place, {@code c0}, {@code c1}, …, so that names of users
 * never meet; whatever a SELECT gives has exactly the promised type, so that fragments, subqueries and the answer need
 * no inference.
 */
final class RelSql {
    /** An expression longer than this is computed in a subquery if it is read twice. */
    private static final int REPEATED_LENGTH_MAX = 60;

    private final List<Relation> relations = new ArrayList<>();
    private final RexBuilder rex;
    private int aliases;

    RelSql(RexBuilder rex) {
        this.rex = rex;
    }

    /** Tables that the SQL reads, named as it names them. */
    List<Relation> relations() {
        return relations;
    }

    String select(RelNode rel) {
        return block(rel, Placement.all(rel)).select();
    }

    private Block block(RelNode rel, ImmutableBitSet needed) {
        if (rel instanceof TableScan scan) {
            return scan(scan);
        }
        if (rel instanceof Gather gather) {
            return gather(gather);
        }
        if (rel instanceof Filter filter) {
            return filter(filter, needed);
        }
        if (rel instanceof Project project) {
            return project(project, needed);
        }
        if (rel instanceof Aggregate aggregate) {
            return aggregate(aggregate, needed);
        }
        if (rel instanceof Sort sort) {
            return sort(sort, needed);
        }
        if (rel instanceof Join join) {
            return join(join, needed);
        }
        if (rel instanceof SetOp setOp) {
            return setOperation(setOp);
        }
        if (rel instanceof Values values) {
            return values(values);
        }
        throw new UnsupportedOperationException(rel.getRelTypeName());
    }

    private Block scan(TableScan scan) {
        CatalogTable table = scan.getTable().unwrapOrThrow(CatalogTable.class);
        String name = "r" + relations.size();
        relations.add(new Relation(
                name, table.spec().id(), table.spec().version(), table.spec().reference()));
        Block block = new Block();
        block.from = name;
        table.spec()
                .columns()
                .forEach(column -> block.columns.add(Block.Column.exact(name + "." + Block.quote(column.name()))));
        return block;
    }

    private static Block gather(Gather gather) {
        Block block = new Block();
        block.from = "g" + gather.fragment();
        for (int i = 0; i < gather.getRowType().getFieldCount(); i++) {
            block.columns.add(Block.Column.exact(block.from + ".c" + i));
        }
        return block;
    }

    /** The block as a FROM item of a new one. */
    private Block wrapped(Block inner) {
        Block block = new Block();
        String name = "t" + aliases++;
        block.from = "(" + inner.select() + ") AS " + name;
        for (int i = 0; i < inner.columns.size(); i++) {
            block.columns.add(inner.columns.get(i) == null ? null : Block.Column.exact(name + ".c" + i));
        }
        return block;
    }

    private RexWriter writer(Block block) {
        return new RexWriter(
                rex,
                column -> block.columns.get(column).sql(),
                over -> new WindowSql(rex, column -> block.columns.get(column).sql()).write(over));
    }

    private Block filter(Filter filter, ImmutableBitSet needed) {
        ImmutableBitSet read = RelOptUtil.InputFinder.bits(filter.getCondition());
        Block input = block(filter.getInput(), needed.union(read));
        boolean simple = read.asList().stream()
                .allMatch(column -> input.columns.get(column).isName());
        Block block = input.isPlain() && simple ? input : wrapped(input);
        RexWriter writer = writer(block);
        for (RexNode part : RelOptUtil.conjunctions(filter.getCondition())) {
            block.where.add(writer.write(part));
        }
        return block;
    }

    private Block project(Project project, ImmutableBitSet needed) {
        List<RexNode> expressions = project.getProjects();
        int[] reads = new int[project.getInput().getRowType().getFieldCount()];
        boolean windows = false;
        for (int column : needed) {
            RexNode expression = expressions.get(column);
            windows |= RexOver.containsOver(expression);
            for (int read : RelOptUtil.InputFinder.bits(expression)) {
                reads[read] += RexReads.count(expression, read);
            }
        }
        ImmutableBitSet.Builder below = ImmutableBitSet.builder();
        for (int i = 0; i < reads.length; i++) {
            if (reads[i] > 0) {
                below.set(i);
            }
        }
        Block input = block(project.getInput(), below.build());
        Block block = repeats(input, reads) || windows && !input.isPlain() ? wrapped(input) : input;
        RexWriter writer = writer(block);
        List<Block.Column> columns = new ArrayList<>();
        for (int i = 0; i < expressions.size(); i++) {
            RexNode expression = expressions.get(i);
            columns.add(needed.get(i) ? column(writer, block, expression) : null);
        }
        block.columns = columns;
        block.windowed |= windows;
        return block;
    }

    private static Block.Column column(RexWriter writer, Block block, RexNode expression) {
        if (expression instanceof RexInputRef input) {
            return block.columns.get(input.getIndex());
        }
        boolean constant = !RexOver.containsOver(expression)
                && RelOptUtil.InputFinder.bits(expression).asList().stream()
                        .allMatch(read -> block.columns.get(read).constant());
        return new Block.Column(writer.write(expression), writer.writeTyped(expression), constant);
    }

    private static boolean repeats(Block input, int[] reads) {
        for (int i = 0; i < reads.length; i++) {
            boolean twice = reads[i] > 1;
            if (twice
                    && input.columns.get(i).sql().length() > REPEATED_LENGTH_MAX
                    && !input.columns.get(i).isName()) {
                return true;
            }
        }
        return false;
    }

    private Block aggregate(Aggregate aggregate, ImmutableBitSet needed) {
        ImmutableBitSet.Builder read = ImmutableBitSet.builder().addAll(aggregate.getGroupSet());
        int keys = aggregate.getGroupCount();
        List<AggregateCall> calls = aggregate.getAggCallList();
        for (int i = 0; i < calls.size(); i++) {
            if (needed.get(keys + i)) {
                read.addAll(calls.get(i).getArgList());
                read.addAll(RelCollations.ordinals(calls.get(i).collation));
                if (calls.get(i).filterArg >= 0) {
                    read.set(calls.get(i).filterArg);
                }
            }
        }
        Block input = block(aggregate.getInput(), read.build());
        boolean constantKey = aggregate.getGroupSet().asList().stream()
                .anyMatch(key -> input.columns.get(key).constant());
        Block block = input.isPlain() && !constantKey ? input : wrapped(input);
        AggregateSql sql = new AggregateSql(aggregate.getInput().getRowType(), rex, block.columns);
        List<Block.Column> columns = new ArrayList<>();
        for (int key : aggregate.getGroupSet()) {
            columns.add(block.columns.get(key));
        }
        for (int i = 0; i < calls.size(); i++) {
            columns.add(needed.get(keys + i) ? Block.Column.exact(sql.write(calls.get(i))) : null);
        }
        block.groupBy = groupBy(aggregate, block);
        block.columns = columns;
        block.aggregated = true;
        block.oneGroup = keys == 0
                && columns.stream()
                        .allMatch(column -> column == null || !column.sql().contains("("));
        return block;
    }

    private static String groupBy(Aggregate aggregate, Block block) {
        if (aggregate.getGroupType() == Aggregate.Group.SIMPLE) {
            return list(block, aggregate.getGroupSet());
        }
        return aggregate.getGroupSets().stream()
                .map(set -> "(" + list(block, set) + ")")
                .collect(Collectors.joining(", ", "GROUPING SETS (", ")"));
    }

    private static String list(Block block, ImmutableBitSet columns) {
        return columns.asList().stream()
                .map(column -> block.columns.get(column).sql())
                .collect(Collectors.joining(", "));
    }

    private Block sort(Sort sort, ImmutableBitSet needed) {
        ImmutableBitSet read = needed.union(ImmutableBitSet.of(RelCollations.ordinals(sort.getCollation())));
        Block input = block(sort.getInput(), read);
        Block block = input.sorted || input.windowed ? wrapped(input) : input;
        for (RelFieldCollation key : sort.getCollation().getFieldCollations()) {
            Block.Column column = block.columns.get(key.getFieldIndex());
            if (!column.constant()) {
                block.orderBy.add(column.sql() + direction(key));
            }
        }
        if (sort.fetch != null) {
            block.limit = " LIMIT " + number(sort.fetch);
        }
        if (sort.offset != null) {
            block.limit += " OFFSET " + number(sort.offset);
        }
        block.sorted = true;
        return block;
    }

    private static String number(RexNode node) {
        return ((RexLiteral) node).getValueAs(BigDecimal.class).toPlainString();
    }

    /** NULLs sort low. */
    static String direction(RelFieldCollation key) {
        boolean descending = key.getDirection().isDescending();
        boolean nullsFirst = switch (key.nullDirection) {
            case FIRST -> true;
            case LAST -> false;
            case UNSPECIFIED -> !descending;
        };
        return (descending ? " DESC" : "") + (nullsFirst ? " NULLS FIRST" : " NULLS LAST");
    }

    private Block join(Join join, ImmutableBitSet needed) {
        int leftCount = join.getLeft().getRowType().getFieldCount();
        ImmutableBitSet read = needed.union(RelOptUtil.InputFinder.bits(join.getCondition()));
        ImmutableBitSet leftRead = read.intersect(ImmutableBitSet.range(leftCount));
        JoinRelType type = join.getJoinType();
        Block left = item(block(join.getLeft(), leftRead), type == JoinRelType.INNER || type == JoinRelType.LEFT);
        Block right = item(block(join.getRight(), read.except(leftRead).shift(-leftCount)), type == JoinRelType.INNER);
        Block block = new Block();
        block.columns.addAll(left.columns);
        block.columns.addAll(right.columns);
        String condition =
                join.getCondition().isAlwaysTrue() ? "true" : writer(block).write(join.getCondition());
        block.from = left.from + " " + word(type) + " JOIN " + (right.fromIsJoin ? "(" + right.from + ")" : right.from)
                + " ON " + condition;
        block.fromIsJoin = true;
        block.where.addAll(left.where);
        block.where.addAll(right.where);
        if (!type.projectsRight()) {
            block.columns = block.columns.subList(0, leftCount);
        }
        return block;
    }

    /** A FROM item, whose WHERE may move behind the join where that changes nothing. */
    private Block item(Block block, boolean whereMoves) {
        boolean names = block.columns.stream().allMatch(column -> column == null || column.isName());
        return block.isPlain() && names && !block.from.isEmpty() && (whereMoves || block.where.isEmpty())
                ? block
                : wrapped(block);
    }

    private static String word(JoinRelType type) {
        return switch (type) {
            case INNER -> "INNER";
            case LEFT -> "LEFT";
            case RIGHT -> "RIGHT";
            case FULL -> "FULL";
            case SEMI -> "SEMI";
            case ANTI -> "ANTI";
            default -> throw new UnsupportedOperationException(type.name());
        };
    }

    private Block setOperation(SetOp setOp) {
        String word = switch (setOp.kind) {
            case UNION -> "UNION";
            case INTERSECT -> "INTERSECT";
            case EXCEPT -> "EXCEPT";
            default -> throw new UnsupportedOperationException(setOp.kind.name());
        };
        List<String> selects = new ArrayList<>();
        for (RelNode input : setOp.getInputs()) {
            Block block = block(input, Placement.all(input));
            selects.add(
                    "(" + (fits(input.getRowType(), setOp.getRowType()) ? block : cast(block, input, setOp)).select()
                            + ")");
        }
        Block inner = new Block();
        String name = "t" + aliases++;
        inner.from = "(" + String.join(" " + word + (setOp.all ? " ALL " : " "), selects) + ") AS " + name;
        for (int i = 0; i < setOp.getRowType().getFieldCount(); i++) {
            inner.columns.add(Block.Column.exact(name + ".c" + i));
        }
        return inner;
    }

    private static boolean fits(RelDataType from, RelDataType to) {
        for (int i = 0; i < to.getFieldCount(); i++) {
            RelDataType a = from.getFieldList().get(i).getType();
            RelDataType b = to.getFieldList().get(i).getType();
            if (!Types.duckdb(a).equals(Types.duckdb(b)) || Types.family(a) == Types.Family.NULL) {
                return false;
            }
        }
        return true;
    }

    /** Branches of a set operation meet in one type, by MySQL's conversions. */
    private Block cast(Block input, RelNode branch, SetOp setOp) {
        Block block = wrapped(input);
        RexWriter writer = writer(block);
        List<Block.Column> columns = new ArrayList<>();
        for (RelDataTypeField field : setOp.getRowType().getFieldList()) {
            RexNode reference = rex.makeInputRef(branch, field.getIndex());
            RexNode converted = rex.makeAbstractCast(field.getType(), reference);
            columns.add(Block.Column.exact(writer.write(converted)));
        }
        block.columns = columns;
        return block;
    }

    private Block values(Values values) {
        RexWriter writer = new RexWriter(rex, column -> {
            throw new IllegalStateException("column " + column + " of constants");
        });
        Block block = new Block();
        if (values.tuples.size() == 1) {
            for (RexLiteral literal : values.tuples.get(0)) {
                block.columns.add(new Block.Column(writer.write(literal), writer.writeTyped(literal), true));
            }
            return block;
        }
        List<RelDataTypeField> fields = values.getRowType().getFieldList();
        List<String> rows = new ArrayList<>();
        for (List<RexLiteral> tuple : values.tuples) {
            List<String> items = new ArrayList<>();
            for (int i = 0; i < tuple.size(); i++) {
                RexNode typed = rex.makeAbstractCast(fields.get(i).getType(), tuple.get(i));
                items.add(writer.write(typed));
            }
            rows.add("(" + String.join(", ", items) + ")");
        }
        if (rows.isEmpty()) {
            for (RelDataTypeField field : fields) {
                block.columns.add(Block.Column.exact("CAST(NULL AS " + Types.duckdb(field.getType()) + ")"));
            }
            block.where.add("false");
            return wrapped(block);
        }
        String name = "t" + aliases++;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            names.add("c" + i);
            block.columns.add(Block.Column.exact(name + ".c" + i));
        }
        block.from = "(VALUES " + String.join(", ", rows) + ") AS " + name + "(" + String.join(", ", names) + ")";
        return block;
    }
}
