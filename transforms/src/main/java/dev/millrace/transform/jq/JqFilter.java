package dev.millrace.transform.jq;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.load.RecordBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Version;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;

/**
 * A jq program with its options: {@code -r} (strings as they are, not as JSON), {@code -c} (always so: a result is a
 * line), {@code --arg name text}, {@code --argjson name json}. For one thread.
 */
public final class JqFilter {
    /** Is told of a record that has no result. It throws, or the record is left out. */
    @FunctionalInterface
    public interface Refusal {
        void refused(int index, StatementException reason);
    }

    private static final Version VERSION = Versions.JQ_1_6;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Of the results of one record: more is a program that does not end. */
    private static final int OUTPUT_BYTES_MAX = 64 << 20;

    private final Scope scope = Scope.newEmptyScope();
    private Optional<JsonQuery> query = Optional.empty();
    private boolean raw;

    /**
     * A filter of a transform's arguments.
     *
     * @throws StatementException WRONG_CONFIG, UNSUPPORTED for an option that is not known
     */
    public JqFilter(TransformSpec transform) {
        BuiltinFunctionLoader.getInstance().loadFunctions(VERSION, scope);
        Iterator<String> arguments = transform.argumentList().iterator();
        while (arguments.hasNext()) {
            String argument = arguments.next();
            if (argument.startsWith("-") && argument.length() > 1) {
                option(argument, arguments);
            } else if (query.isPresent()) {
                throw wrong("jq takes one program, and '" + argument + "' is a second one: quote it as a whole", null);
            } else {
                query = Optional.of(compiled(argument));
            }
        }
        if (query.isEmpty()) {
            throw wrong("memsql://json needs a jq program as its arguments", null);
        }
    }

    private void option(String option, Iterator<String> arguments) {
        switch (option) {
            case "--raw-output" -> raw = true;
            case "--compact-output" -> {}
            case "--arg" -> scope.setValue(value(option, arguments), TextNode.valueOf(value(option, arguments)));
            case "--argjson" -> {
                String name = value(option, arguments);
                String json = value(option, arguments);
                try {
                    scope.setValue(name, MAPPER.readTree(json));
                } catch (JsonProcessingException e) {
                    throw wrong("--argjson " + name + ": " + e.getOriginalMessage(), e);
                }
            }
            default -> {
                if (!option.matches("-[rc]+")) {
                    throw new StatementException(
                            SqlState.UNSUPPORTED, "jq's option " + option + " is not supported in memsql://json");
                }
                raw |= option.contains("r");
            }
        }
    }

    private static String value(String option, Iterator<String> arguments) {
        if (!arguments.hasNext()) {
            throw wrong(option + " takes a name and a value", null);
        }
        return arguments.next();
    }

    private static JsonQuery compiled(String program) {
        try {
            return JsonQuery.compile(program, VERSION);
        } catch (JsonQueryException e) {
            throw wrong("jq: " + e.getMessage(), e);
        }
    }

    private static StatementException wrong(String message, Throwable cause) {
        return new StatementException(SqlState.WRONG_CONFIG, message, cause);
    }

    /** Bytes of results; those of a record that fails in the middle are taken back. */
    private static final class Results extends ByteArrayOutputStream {
        synchronized void truncate(int size) {
            count = size;
        }
    }

    /** The results of all records, in the places of the records. */
    public RecordBatch apply(RecordBatch records, Refusal refusal) {
        Results results = new Results();
        int[] starts = new int[records.count()];
        int[] lengths = new int[records.count()];
        for (int i = 0; i < records.count(); i++) {
            starts[i] = results.size();
            if (records.lengths()[i] > 0) {
                try {
                    apply(records.bytes(), records.starts()[i], records.lengths()[i], results);
                } catch (StatementException e) {
                    refusal.refused(i, e);
                    results.truncate(starts[i]);
                }
            }
            lengths[i] = results.size() - starts[i];
        }
        return new RecordBatch(
                results.toByteArray(), starts, lengths, records.offsets(), records.count(), records.properties());
    }

    /**
     * Appends the results for a record of any number of JSON values, a line each.
     *
     * @throws StatementException TRANSFORM_FAILED saying why there are none
     */
    void apply(byte[] bytes, int from, int length, ByteArrayOutputStream out) {
        int begin = out.size();
        try (JsonParser values = MAPPER.createParser(bytes, from, length)) {
            while (values.nextToken() != null) {
                JsonNode value = MAPPER.readTree(values);
                query.orElseThrow().apply(Scope.newChildScope(scope), value, result -> {
                    if (Thread.currentThread().isInterrupted() || out.size() - begin > OUTPUT_BYTES_MAX) {
                        throw new JsonQueryException(
                                "its results have more than " + OUTPUT_BYTES_MAX + " bytes, or nobody wants them");
                    }
                    write(result, out);
                });
            }
        } catch (JsonProcessingException e) {
            throw failed(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw failed(e.getMessage(), e);
        } catch (StackOverflowError e) {
            throw failed("its recursion is too deep", e);
        }
    }

    private void write(JsonNode result, ByteArrayOutputStream out) {
        String text = raw && result.isTextual() ? result.textValue() : result.toString();
        out.writeBytes(text.getBytes(UTF_8));
        out.write('\n');
    }

    private static StatementException failed(String reason, Throwable cause) {
        return new StatementException(SqlState.TRANSFORM_FAILED, "transform memsql://json: " + reason, cause);
    }
}
