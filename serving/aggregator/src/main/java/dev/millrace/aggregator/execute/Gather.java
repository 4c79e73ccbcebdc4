package dev.millrace.aggregator.execute;

import dev.millrace.aggregator.plan.PlannedFragment;
import dev.millrace.store.Node;
import dev.millrace.store.client.ArrowRows;
import dev.millrace.store.client.StoreClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that a running query holds on leaves: its pins, and the streams of its fragments. */
final class Gather implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gather.class);

    /** A pin and where it is held. */
    private record Held(Node node, long pin) {}

    private final StoreClient client;
    private final Executor executor;
    private final List<Held> pins = new ArrayList<>();
    private final Map<PlannedFragment, List<ArrowRows>> streams = new LinkedHashMap<>();
    private boolean closed;

    Gather(StoreClient client, Executor executor) {
        this.client = client;
        this.executor = executor;
    }

    synchronized void hold(Node node, long pin) {
        pins.add(new Held(node, pin));
    }

    /** Lets one pin go that turned out to be too old. */
    synchronized void release(Node node, long pin) {
        pins.remove(new Held(node, pin));
        release(new Held(node, pin));
    }

    synchronized void add(PlannedFragment fragment, ArrowRows rows) {
        streams.computeIfAbsent(fragment, f -> new ArrayList<>()).add(rows);
    }

    synchronized List<ArrowRows> rows(PlannedFragment fragment) {
        return List.copyOf(streams.getOrDefault(fragment, List.of()));
    }

    /** Ends the fragments wherever they run: a merge that waits for their rows ends with them. */
    void cancel() {
        List<Held> held;
        List<ArrowRows> open;
        synchronized (this) {
            held = List.copyOf(pins);
            open = streams.values().stream().flatMap(List::stream).toList();
        }
        held.forEach(pin -> executor.execute(() -> client.cancel(pin.node(), pin.pin())));
        open.forEach(ArrowRows::cancel);
    }

    @Override
    public void close() {
        List<Held> held;
        List<ArrowRows> open;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            held = List.copyOf(pins);
            open = streams.values().stream().flatMap(List::stream).toList();
        }
        open.forEach(ArrowRows::close);
        held.forEach(this::release);
    }

    private void release(Held held) {
        executor.execute(() -> {
            try {
                client.unpin(held.node(), held.pin());
            } catch (RuntimeException e) {
                LOG.debug("pin {} on {} ends by its lease", held.pin(), held.node(), e);
            }
        });
    }
}
