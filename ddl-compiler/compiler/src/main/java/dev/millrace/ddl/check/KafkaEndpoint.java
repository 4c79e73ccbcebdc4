package dev.millrace.ddl.check;

import dev.millrace.ddl.CreatePipeline.Source;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code host[:port][,host[:port]…]/topic}. */
final class KafkaEndpoint {
    private static final int PORT_MAX = 65_535;

    /** A name, an IPv4 address, or an IPv6 address in brackets; then perhaps a port. */
    private static final Pattern BROKER =
            Pattern.compile("(?<host>[A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+])(?::(?<port>[0-9]{1,5}))?");

    /** Kafka's own rule for the names of topics. */
    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}");

    private KafkaEndpoint() {}

    static SourceSpec.Kafka parse(Source source, Map<String, String> config) {
        String location = source.location();
        int slash = location.indexOf('/');
        if (slash < 0) {
            throw wrong("'" + location + "' is not host[:port][,host[:port]…]/topic", source);
        }
        String topic = location.substring(slash + 1);
        if (!TOPIC.matcher(topic).matches()) {
            throw wrong("'" + topic + "' is not the name of a topic", source);
        }
        List<String> brokers = new ArrayList<>();
        for (String broker : location.substring(0, slash).split(",", -1)) {
            brokers.add(broker(broker.strip(), source));
        }
        return new SourceSpec.Kafka(brokers, topic, config);
    }

    private static String broker(String text, Source source) {
        Matcher matcher = BROKER.matcher(text);
        if (!matcher.matches()) {
            throw wrong("'" + text + "' is not host[:port]", source);
        }
        String written = matcher.group("port");
        int port = written == null ? SourceSpec.Kafka.PORT_DEFAULT : Integer.parseInt(written);
        if (port < 1 || port > PORT_MAX) {
            throw wrong("port " + written + " does not exist", source);
        }
        return matcher.group("host") + ":" + port;
    }

    private static StatementException wrong(String message, Source source) {
        return new StatementException(
                SqlState.WRONG_CONFIG, message, source.at().position());
    }
}
