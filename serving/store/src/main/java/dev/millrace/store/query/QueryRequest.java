package dev.millrace.store.query;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/**
 * The ticket of a fragment's rows.
 *
 * @param pin a held snapshot; 0: take one for this request alone, as {@code fresh} says
 * @param ordinals the partitions to read, among those pinned
 */
public record QueryRequest(long pin, Optional<PinRequest> fresh, List<Integer> ordinals, Fragment fragment) {
    public QueryRequest {
        requireNonNull(fresh, "fresh");
        ordinals = List.copyOf(ordinals);
        requireNonNull(fragment, "fragment");
        if ((pin == 0) != fresh.isPresent()) {
            throw new IllegalArgumentException("a query names a pin or asks for a fresh one");
        }
    }

    public byte[] toBytes() {
        WireWriter out = new WireWriter().u8(1).number(pin);
        out.list(fresh.stream().toList(), (o, item) -> item.write(o)).list(ordinals, (o, item) -> o.number(item));
        fragment.write(out);
        return out.toBytes();
    }

    public static QueryRequest fromBytes(byte[] bytes) {
        WireReader in = new WireReader(bytes).version(1);
        QueryRequest request = new QueryRequest(
                in.number(),
                in.list(PinRequest::read).stream().findFirst(),
                in.list(WireReader::integer),
                Fragment.read(in));
        in.end();
        return request;
    }
}
