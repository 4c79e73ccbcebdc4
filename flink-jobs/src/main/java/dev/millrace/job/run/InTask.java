package dev.millrace.job.run;

import static java.util.Objects.requireNonNull;

import java.util.Objects;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The type of elements that are handed over by reference inside one task and never leave it: source, load and stage are
 * chained. Serializing one is refused, so that a broken chain is an error instead of a slow or wrong job.
 */
public final class InTask<T> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> type;

    public InTask(Class<T> type) {
        this.type = requireNonNull(type, "type");
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return new Refusing<>();
    }

    @Override
    public String toString() {
        return "InTask(" + type.getSimpleName() + ")";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InTask<?> that && type == that.type;
    }

    @Override
    public int hashCode() {
        return Objects.hash(type);
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof InTask;
    }

    private static final class Refusing<T> extends TypeSerializerSingleton<T> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean isImmutableType() {
            return true;
        }

        @Override
        public T createInstance() {
            return null;
        }

        @Override
        public T copy(T from) {
            return from;
        }

        @Override
        public T copy(T from, T reuse) {
            return from;
        }

        @Override
        public int getLength() {
            return -1;
        }

        @Override
        public void serialize(T value, DataOutputView target) {
            throw refusal();
        }

        @Override
        public T deserialize(DataInputView source) {
            throw refusal();
        }

        @Override
        public T deserialize(T reuse, DataInputView source) {
            throw refusal();
        }

        @Override
        public void copy(DataInputView source, DataOutputView target) {
            throw refusal();
        }

        @Override
        public TypeSerializerSnapshot<T> snapshotConfiguration() {
            return new Snapshot<>();
        }

        private static IllegalStateException refusal() {
            return new IllegalStateException("source, load and stage must be chained: their elements stay in one task");
        }
    }

    /** Flink asks for it; no state ever holds such an element. */
    public static final class Snapshot<T> extends SimpleTypeSerializerSnapshot<T> {
        public Snapshot() {
            super(Refusing::new);
        }
    }
}
