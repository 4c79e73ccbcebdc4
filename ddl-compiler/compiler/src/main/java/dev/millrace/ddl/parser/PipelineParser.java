package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.PipelineControl.Verb;
import dev.millrace.ddl.PipelineOption;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.print.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the statements about pipelines, all but CREATE, whose clauses are {@link LoadParser}'s. */
final class PipelineParser {
    private final Tokens tokens;

    PipelineParser(Tokens tokens) {
        this.tokens = tokens;
    }

    CreatePipeline create() {
        return new LoadParser(tokens).create();
    }

    /** The verb's words come next. */
    PipelineControl control(Verb verb) {
        if (verb == Verb.SHOW_PROFILE) {
            throw tokens.unexpected();
        }
        Place at = tokens.expect(verb.words().split(" "));
        if (verb == Verb.START_ALL || verb == Verb.START_FAILED || verb == Verb.STOP_ALL) {
            return new PipelineControl(verb, false, Optional.empty(), "", at);
        }
        if (verb == Verb.CLEAR_ERRORS) {
            Optional<ObjectName> name = tokens.accept("FOR") ? Optional.of(tokens.objectName()) : Optional.empty();
            return new PipelineControl(verb, false, name, "", at);
        }
        boolean conditional = switch (verb) {
            case START -> tokens.accept("IF", "NOT", "RUNNING");
            case STOP -> tokens.accept("IF", "RUNNING");
            case DROP, DETACH -> tokens.accept("IF", "EXISTS");
            case START_ALL, START_FAILED, STOP_ALL, TEST, EXTRACT, PROFILE, SHOW_PROFILE, OPTIMIZE, CLEAR_ERRORS ->
                false;
        };
        ObjectName name = tokens.objectName();
        return new PipelineControl(verb, conditional, Optional.of(name), rest(verb), at);
    }

    private String rest(Verb verb) {
        return switch (verb) {
            case START -> foreground();
            case STOP -> tokens.accept("DETACH") ? "DETACH" : "";
            case TEST -> tokens.accept("LIMIT") ? "LIMIT " + tokens.integer(Long.MAX_VALUE) : "";
            case EXTRACT -> extract();
            case PROFILE -> tokens.accept("JSON") ? "JSON" : "";
            case DROP, DETACH, OPTIMIZE, START_ALL, START_FAILED, STOP_ALL, SHOW_PROFILE, CLEAR_ERRORS -> "";
        };
    }

    private String foreground() {
        if (!tokens.accept("FOREGROUND")) {
            return "";
        }
        if (!tokens.accept("LIMIT")) {
            return "FOREGROUND";
        }
        long batches = tokens.integer(Long.MAX_VALUE);
        tokens.expect("BATCHES");
        return "FOREGROUND LIMIT " + batches + " BATCHES";
    }

    private String extract() {
        StringBuilder rest = new StringBuilder();
        if (tokens.accept("FROM")) {
            rest.append("FROM ").append(Quoting.string(tokens.string().value())).append(' ');
            if (tokens.accept("OFFSETS")) {
                rest.append("OFFSETS ").append(tokens.integer(Long.MAX_VALUE));
                tokens.expect("TO");
                rest.append(" TO ").append(tokens.integer(Long.MAX_VALUE)).append(' ');
            }
        }
        tokens.expect("INTO", "OUTFILE");
        return rest.append("INTO OUTFILE ")
                .append(Quoting.string(tokens.string().value()))
                .toString();
    }

    AlterPipeline alter() {
        Place at = tokens.expect("ALTER", "PIPELINE");
        ObjectName name = tokens.objectName();
        List<AlterPipeline.Action> actions = new ArrayList<>();
        while (!tokens.atEnd()) {
            if (tokens.accept("SET")) {
                do {
                    actions.add(setting());
                } while (tokens.acceptSymbol(COMMA) || continuesSet());
            } else {
                actions.add(action());
            }
        }
        if (actions.isEmpty()) {
            throw tokens.unexpected("SET");
        }
        return new AlterPipeline(name, actions, at);
    }

    private boolean continuesSet() {
        return tokens.at("OFFSETS")
                || tokens.at("OFFSET")
                || tokens.at("CONFIG")
                || tokens.at("CREDENTIALS")
                || tokens.at("BATCH_INTERVAL")
                || tokens.at("BATCH_MATCHES_SNAPSHOT")
                || tokens.at("LINK")
                || tokens.at("MAX_PARTITIONS_PER_BATCH")
                || tokens.at("MAX_OFFSETS_PER_BATCH_PARTITION")
                || tokens.at("MAX_RETRIES_PER_BATCH_PARTITION")
                || tokens.at("RESOURCE")
                || tokens.at("RETRY_OPTIONS")
                || tokens.at("TRANSFORM");
    }

    private AlterPipeline.Action setting() {
        Place at = tokens.place();
        if (tokens.accept("OFFSETS")) {
            boolean word = tokens.at("EARLIEST") || tokens.at("LATEST");
            String time = tokens.accept("TIMESTAMP") ? "TIMESTAMP " : "";
            String value = word
                    ? tokens.next().word
                    : time + Quoting.string(tokens.string().value());
            return new AlterPipeline.Action("SET OFFSETS", value, at);
        }
        if (tokens.accept("OFFSET", "CURSOR")) {
            return new AlterPipeline.Action("SET OFFSET CURSOR", value(), at);
        }
        for (String json : List.of("CONFIG", "CREDENTIALS", "RETRY_OPTIONS")) {
            if (tokens.accept(json)) {
                return new AlterPipeline.Action("SET " + json, keyed(), at);
            }
        }
        if (tokens.accept("LINK")) {
            return new AlterPipeline.Action("SET LINK", Quoting.name(tokens.objectName()), at);
        }
        if (tokens.accept("TRANSFORM")) {
            List<String> arguments =
                    tokens.parenthesized(() -> Quoting.string(tokens.string().value()));
            return new AlterPipeline.Action("SET TRANSFORM", "(" + String.join(", ", arguments) + ")" + framing(), at);
        }
        Optional<PipelineOption> option = option();
        if (option.isEmpty()) {
            throw tokens.unexpected("OFFSETS");
        }
        return new AlterPipeline.Action(
                "SET " + option.get().kind().words(), option.get().value(), at);
    }

    private String framing() {
        if (!tokens.accept("FRAMED", "BY") || tokens.accept("LENGTH")) {
            return "";
        }
        tokens.expect("NEWLINE");
        return " FRAMED BY NEWLINE";
    }

    private String keyed() {
        if (!tokens.acceptSymbol(JSON_AT)) {
            return Quoting.string(tokens.string().value());
        }
        StringBuilder key = new StringBuilder(Quoting.name(tokens.name().text()));
        while (tokens.acceptSymbol(DOT)) {
            key.append('.').append(Quoting.name(tokens.name().text()));
        }
        tokens.expectSymbol(EQ);
        return "::" + key + " = " + Quoting.string(tokens.string().value());
    }

    private AlterPipeline.Action action() {
        Place at = tokens.place();
        if (tokens.accept("RELOAD", "TRANSFORM")) {
            return new AlterPipeline.Action("RELOAD TRANSFORM", "", at);
        }
        if (tokens.accept("DROP")) {
            if (tokens.accept("ORPHAN", "FILES")) {
                return new AlterPipeline.Action("DROP ORPHAN FILES", "", at);
            }
            if (tokens.accept("ORPHAN", "PARTITIONS")) {
                return new AlterPipeline.Action("DROP ORPHAN PARTITIONS", "", at);
            }
            String what = tokens.accept("FILE") ? "DROP FILE" : "DROP PARTITION";
            if (what.equals("DROP PARTITION")) {
                tokens.expect("PARTITION");
            }
            return new AlterPipeline.Action(what, Quoting.string(tokens.string().value()), at);
        }
        if (tokens.at("FIELDS") || tokens.at("COLUMNS") || tokens.at("LINES")) {
            return new AlterPipeline.Action("FIELDS", new LoadParser(tokens).csvClauses(), at);
        }
        Optional<PipelineOption> option = option();
        if (option.isEmpty()) {
            throw tokens.unexpected("SET");
        }
        return new AlterPipeline.Action(
                option.get().kind().words(), option.get().value(), at);
    }

    /** One option of CREATE or ALTER, if one comes next. */
    Optional<PipelineOption> option() {
        Place at = tokens.place();
        if (tokens.at("ENABLE") || tokens.at("DISABLE")) {
            String value = tokens.next().word;
            if (tokens.accept("OUT_OF_ORDER", "OPTIMIZATION")) {
                return Optional.of(new PipelineOption(PipelineOption.Kind.OUT_OF_ORDER_OPTIMIZATION, value, at));
            }
            tokens.expect("OFFSETS", "METADATA", "GC");
            return Optional.of(new PipelineOption(PipelineOption.Kind.OFFSETS_METADATA_GC, value, at));
        }
        for (PipelineOption.Kind kind : PipelineOption.Kind.values()) {
            if (tokens.accept(kind.words().split(" "))) {
                boolean equals = tokens.acceptSymbol(EQ);
                return Optional.of(new PipelineOption(kind, optionValue(kind), at));
            }
        }
        return Optional.empty();
    }

    private String optionValue(PipelineOption.Kind kind) {
        return switch (kind) {
            case BATCH_INTERVAL,
                    MAX_PARTITIONS_PER_BATCH,
                    MAX_RETRIES_PER_BATCH_PARTITION,
                    MAX_OFFSETS_PER_BATCH_PARTITION,
                    PARALLELISM -> Long.toString(tokens.integer(Integer.MAX_VALUE));
            case RESOURCE_POOL -> Quoting.name(tokens.name().text());
            case RETRY_OPTIONS -> keyed();
            case STOP_ON_ERROR, BATCH_MATCHES_SNAPSHOT, OUT_OF_ORDER_OPTIMIZATION, OFFSETS_METADATA_GC -> value();
        };
    }

    /** ON, OFF, NONE or another word. */
    private String value() {
        if (tokens.peek().word.isEmpty()) {
            tokens.couldBe("ON", "OFF");
            throw tokens.unexpected();
        }
        return tokens.next().word;
    }
}
