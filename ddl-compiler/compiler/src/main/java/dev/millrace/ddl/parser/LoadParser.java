package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.ddl.Assignment;
import dev.millrace.ddl.ColumnName;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreatePipeline.Csv;
import dev.millrace.ddl.CreatePipeline.ErrorMode;
import dev.millrace.ddl.CreatePipeline.Fields;
import dev.millrace.ddl.CreatePipeline.Form;
import dev.millrace.ddl.CreatePipeline.Format;
import dev.millrace.ddl.CreatePipeline.Lines;
import dev.millrace.ddl.CreatePipeline.LoadAssignment;
import dev.millrace.ddl.CreatePipeline.LoadColumn;
import dev.millrace.ddl.CreatePipeline.Mapped;
import dev.millrace.ddl.CreatePipeline.Mapping;
import dev.millrace.ddl.CreatePipeline.NullDefinedBy;
import dev.millrace.ddl.CreatePipeline.Source;
import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.CreatePipeline.Target;
import dev.millrace.ddl.CreatePipeline.Transform;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.LoadData;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.PipelineOption;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.print.SqlPrinter;
import dev.millrace.spec.TransformSpec.Framing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads CREATE PIPELINE and LOAD DATA. Manuals give its clauses one order, users write them in many: before INTO and behind it each
 * clause may come anywhere, once.
 */
final class LoadParser {
    private final Tokens tokens;

    private Optional<StringText> config = Optional.empty();
    private Optional<StringText> credentials = Optional.empty();
    private final List<PipelineOption> options = new ArrayList<>();
    private Optional<Transform> transform = Optional.empty();
    private Optional<ErrorMode> errorMode = Optional.empty();

    private Optional<Place> format = Optional.empty();
    private Optional<Mapped.Kind> mapped = Optional.empty();
    private Optional<StringText> schema = Optional.empty();
    private Optional<StringText> registry = Optional.empty();
    private List<Mapping> mappings = List.of();
    private List<LoadColumn> columns = List.of();
    private Place listAt = Place.START;
    private Optional<Fields> fields = Optional.empty();
    private Optional<Lines> lines = Optional.empty();
    private boolean trailingNullcols;
    private long ignoreLines;
    private Optional<NullDefinedBy> nullDefinedBy = Optional.empty();
    private List<LoadAssignment> set = List.of();
    private Optional<SqlText> where = Optional.empty();
    private List<Assignment> onDuplicate = List.of();

    LoadParser(Tokens tokens) {
        this.tokens = tokens;
    }

    CreatePipeline create() {
        Place at = tokens.expect("CREATE");
        boolean orReplace = tokens.accept("OR", "REPLACE");
        boolean aggregator = tokens.accept("AGGREGATOR");
        tokens.expect("PIPELINE");
        boolean ifNotExists = tokens.accept("IF", "NOT", "EXISTS");
        ObjectName name = tokens.objectName();
        tokens.expect("AS", "LOAD", "DATA");
        Place sourceAt = tokens.place();
        Source.Kind kind = sourceKind();
        Optional<ObjectName> link = kind == Source.Kind.LINK ? Optional.of(tokens.objectName()) : Optional.empty();
        String location = tokens.string().value();
        while (!tokens.at("INTO")) {
            beforeInto();
        }
        return behindSource(
                new Form(orReplace, aggregator, ifNotExists, at),
                Optional.of(name),
                () -> new Source(kind, link, location, config, credentials, sourceAt));
    }

    LoadData loadData() {
        Place at = tokens.expect("LOAD", "DATA");
        boolean local = tokens.accept("LOCAL");
        tokens.expect("INFILE");
        Place sourceAt = tokens.place();
        String location = tokens.string().value();
        while (!tokens.at("INTO")) {
            beforeInto();
        }
        for (PipelineOption option : options) {
            throw SyntaxError.because(
                    option.kind().words() + " is a clause of pipelines",
                    option.at().position());
        }
        transform.ifPresent(clause -> {
            throw SyntaxError.because(
                    "WITH TRANSFORM is a clause of pipelines", clause.at().position());
        });
        CreatePipeline load = behindSource(
                new Form(false, false, false, at),
                Optional.empty(),
                () -> new Source(Source.Kind.FS, Optional.empty(), location, config, credentials, sourceAt));
        return new LoadData(load, local, at);
    }

    /** @param name empty for one named after its target */
    private CreatePipeline behindSource(Form form, Optional<ObjectName> name, Supplier<Source> source) {
        Target target = target();
        while (!tokens.atEnd()) {
            behindInto();
        }
        return new CreatePipeline(
                form,
                name.orElse(target.name()),
                source.get(),
                options,
                transform,
                errorMode,
                target,
                format(target.at()),
                set,
                where,
                onDuplicate,
                nullDefinedBy);
    }

    private Source.Kind sourceKind() {
        for (Source.Kind kind : Source.Kind.values()) {
            if (kind != Source.Kind.KAFKA_KEY && tokens.accept(kind.name())) {
                boolean key = kind == Source.Kind.KAFKA && tokens.accept("KEY");
                return key ? Source.Kind.KAFKA_KEY : kind;
            }
        }
        throw tokens.unexpected();
    }

    private void beforeInto() {
        Place at = tokens.place();
        if (connection()) {
            return;
        }
        if (tokens.accept("WITH")) {
            tokens.expect("TRANSFORM");
            once(transform.isPresent(), "WITH TRANSFORM", at);
            tokens.expectSymbol(LPAREN);
            String uri = tokens.string().value();
            String program = tokens.acceptSymbol(COMMA) ? tokens.string().value() : "";
            String arguments = tokens.acceptSymbol(COMMA) ? tokens.string().value() : "";
            tokens.expectSymbol(RPAREN);
            transform = Optional.of(new Transform(uri, program, arguments, framing(), at));
            return;
        }
        Optional<ErrorMode.Kind> mode = errorMode();
        if (mode.isPresent()) {
            once(errorMode.isPresent(), "an error mode", at);
            errorMode = mode.map(kind -> new ErrorMode(kind, at));
            return;
        }
        Optional<PipelineOption> option = new PipelineParser(tokens).option();
        PipelineOption found = option.orElseThrow(() -> tokens.unexpected("INTO"));
        once(
                options.stream().anyMatch(other -> other.kind() == found.kind()),
                found.kind().words(),
                at);
        options.add(found);
    }

    private Framing framing() {
        if (!tokens.accept("FRAMED", "BY") || tokens.accept("LENGTH")) {
            return Framing.LENGTH;
        }
        tokens.expect("NEWLINE");
        return Framing.NEWLINE;
    }

    private boolean connection() {
        Place at = tokens.place();
        if (tokens.accept("CONFIG")) {
            once(config.isPresent(), "CONFIG", at);
            config = Optional.of(tokens.string());
            return true;
        }
        if (tokens.accept("CREDENTIALS")) {
            once(credentials.isPresent(), "CREDENTIALS", at);
            credentials = Optional.of(tokens.string());
            return true;
        }
        return false;
    }

    private static void once(boolean present, String clause, Place at) {
        if (present) {
            throw SyntaxError.because(clause + " stands twice", at.position());
        }
    }

    private Optional<ErrorMode.Kind> errorMode() {
        for (ErrorMode.Kind kind : ErrorMode.Kind.values()) {
            if (tokens.accept(kind.words().split(" "))) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    private Target target() {
        tokens.expect("INTO");
        Place at = tokens.place();
        if (tokens.accept("PROCEDURE")) {
            return new Target(true, tokens.objectName(), at);
        }
        tokens.expect("TABLE");
        return new Target(false, tokens.objectName(), at);
    }

    private void behindInto() {
        Place at = tokens.place();
        if (tokens.accept("FORMAT")) {
            once(format.isPresent(), "FORMAT", at);
            format = Optional.of(at);
            formatKind();
        } else if (tokens.accept("SCHEMA")) {
            schema(at);
        } else if (tokens.peek().kind == LPAREN) {
            once(!mappings.isEmpty() || !columns.isEmpty(), "the list of columns", at);
            listAt = at;
            columnsOrMappings();
        } else if (tokens.accept("SET")) {
            once(!set.isEmpty(), "SET", at);
            set = tokens.list(this::assignment);
        } else if (tokens.accept("WHERE")) {
            once(where.isPresent(), "WHERE", at);
            where = Optional.of(tokens.expression());
        } else if (tokens.accept("ON", "DUPLICATE", "KEY", "UPDATE")) {
            once(!onDuplicate.isEmpty(), "ON DUPLICATE KEY UPDATE", at);
            onDuplicate = StatementParser.assignments(tokens);
        } else if (!connection() && !csvClause()) {
            throw tokens.unexpected();
        }
    }

    private void formatKind() {
        if (tokens.accept("CSV")) {
            return;
        }
        for (Mapped.Kind kind : Mapped.Kind.values()) {
            if (tokens.accept(kind.name())) {
                mapped = Optional.of(kind);
                return;
            }
        }
        throw tokens.unexpected();
    }

    private void schema(Place at) {
        if (tokens.accept("REGISTRY")) {
            once(registry.isPresent(), "SCHEMA REGISTRY", at);
            registry = Optional.of(tokens.string());
        } else {
            once(schema.isPresent(), "SCHEMA", at);
            schema = Optional.of(tokens.string());
        }
    }

    private boolean csvClause() {
        Place at = tokens.place();
        if (tokens.accept("FIELDS") || tokens.accept("COLUMNS")) {
            once(fields.isPresent(), "FIELDS", at);
            fields = Optional.of(fields());
        } else if (tokens.accept("LINES")) {
            once(lines.isPresent(), "LINES", at);
            lines = Optional.of(lines());
        } else if (tokens.accept("TRAILING", "NULLCOLS")) {
            trailingNullcols = true;
        } else if (tokens.accept("NULL", "DEFINED", "BY")) {
            once(nullDefinedBy.isPresent(), "NULL DEFINED BY", at);
            String value = tokens.string().value();
            nullDefinedBy = Optional.of(new NullDefinedBy(value, tokens.accept("OPTIONALLY", "ENCLOSED"), at));
        } else if (tokens.accept("IGNORE")) {
            ignoreLines = tokens.integer(Long.MAX_VALUE);
            if (!tokens.accept("LINES") && !tokens.accept("ROWS")) {
                throw tokens.unexpected();
            }
        } else {
            return false;
        }
        return true;
    }

    /** Clauses of CSV in ALTER PIPELINE, as they print. */
    String csvClauses() {
        boolean more = true;
        while (more) {
            more = csvClause();
        }
        return SqlPrinter.csvClauses(
                new Csv(fields, lines, trailingNullcols, ignoreLines, List.of(), Place.START), nullDefinedBy);
    }

    private Fields fields() {
        Optional<StringText> terminated = Optional.empty();
        Optional<StringText> enclosed = Optional.empty();
        Optional<StringText> escaped = Optional.empty();
        boolean optionally = false;
        while (true) {
            if (tokens.accept("TERMINATED", "BY")) {
                terminated = Optional.of(tokens.string());
            } else if (tokens.accept("OPTIONALLY", "ENCLOSED", "BY")) {
                optionally = true;
                enclosed = Optional.of(tokens.string());
            } else if (tokens.accept("ENCLOSED", "BY")) {
                enclosed = Optional.of(tokens.string());
            } else if (tokens.accept("ESCAPED", "BY")) {
                escaped = Optional.of(tokens.string());
            } else if (terminated.isEmpty() && enclosed.isEmpty() && escaped.isEmpty()) {
                throw tokens.unexpected();
            } else {
                return new Fields(terminated, enclosed, optionally, escaped);
            }
        }
    }

    private Lines lines() {
        Optional<StringText> starting = Optional.empty();
        Optional<StringText> terminated = Optional.empty();
        while (true) {
            if (tokens.accept("STARTING", "BY")) {
                starting = Optional.of(tokens.string());
            } else if (tokens.accept("TERMINATED", "BY")) {
                terminated = Optional.of(tokens.string());
            } else if (starting.isEmpty() && terminated.isEmpty()) {
                throw tokens.unexpected();
            } else {
                return new Lines(starting, terminated);
            }
        }
    }

    private void columnsOrMappings() {
        tokens.expectSymbol(LPAREN);
        LoadColumn first = column();
        if (tokens.peek().kind != LT) {
            List<LoadColumn> list = new ArrayList<>(List.of(first));
            while (tokens.acceptSymbol(COMMA)) {
                list.add(column());
            }
            columns = list;
        } else {
            List<Mapping> list = new ArrayList<>(List.of(mapping(first)));
            while (tokens.acceptSymbol(COMMA)) {
                list.add(mapping(column()));
            }
            mappings = list;
        }
        tokens.expectSymbol(RPAREN);
    }

    private LoadColumn column() {
        Lexeme token = tokens.peek();
        if (token.kind == USER_VARIABLE) {
            tokens.next();
            return new LoadColumn(true, new ColumnName(Optional.empty(), new Identifier(token.text, token.place())));
        }
        return new LoadColumn(false, tokens.columnName());
    }

    private Mapping mapping(LoadColumn target) {
        if (tokens.peek().kind != LT || tokens.peek(2).kind != MINUS) {
            throw tokens.unexpected("<-");
        }
        tokens.next();
        tokens.next();
        List<String> path = new ArrayList<>();
        if (tokens.acceptSymbol(PERCENT_REMAINDER)) {
            while (tokens.acceptSymbol(JSON_AT)) {
                path.add(key());
            }
        } else {
            path.add(key());
            while (tokens.acceptSymbol(JSON_AT)) {
                path.add(key());
            }
        }
        Optional<SqlText> defaultValue = tokens.accept("DEFAULT") ? Optional.of(tokens.expression()) : Optional.empty();
        return new Mapping(target, path, defaultValue);
    }

    /** A key of a JSON object; no word is reserved here. */
    private String key() {
        Lexeme token = tokens.peek();
        if (token.kind != BACK_QUOTED_IDENTIFIER && token.kind != QUOTED_STRING && token.word.isEmpty()) {
            throw tokens.unexpected("a path");
        }
        return tokens.next().text;
    }

    private LoadAssignment assignment() {
        LoadColumn column = column();
        tokens.expectSymbol(EQ);
        return new LoadAssignment(column, tokens.expression());
    }

    private Format format(Place at) {
        Place place = format.orElse(at);
        boolean csvOnly = fields.isPresent() || lines.isPresent() || trailingNullcols || ignoreLines > 0;
        if (mapped.isEmpty()) {
            if (!mappings.isEmpty() || schema.isPresent() || registry.isPresent()) {
                Place clause = mappings.isEmpty() ? place : listAt;
                throw SyntaxError.because("a mapping needs FORMAT JSON, AVRO or PARQUET", clause.position());
            }
            return new Csv(fields, lines, trailingNullcols, ignoreLines, columns, place);
        }
        if (csvOnly || !columns.isEmpty()) {
            throw SyntaxError.because(
                    "FORMAT " + mapped.get() + " has a mapping (column <- path, …) and no clauses of CSV",
                    place.position());
        }
        return new Mapped(mapped.get(), schema, registry, mappings, place);
    }
}
