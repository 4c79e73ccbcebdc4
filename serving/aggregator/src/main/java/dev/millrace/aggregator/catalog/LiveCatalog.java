package dev.millrace.aggregator.catalog;

import static java.util.Objects.requireNonNull;

import dev.millrace.ddl.check.Catalog;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.wire.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest catalog that this aggregator has heard of. One thread follows the system partition; statements read the
 * cached {@link #view()} and call {@link #refresh()} when they are told that it was stale. Thread-safe.
 */
public final class LiveCatalog implements Catalog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCatalog.class);

    /** How long the system partition may hold a poll: shorter than what firewalls take for an idle connection. */
    private static final Duration POLL = Duration.ofSeconds(20);

    /** Pause after a poll that failed; the client itself has tried for long before. */
    private static final long PAUSE_MILLIS = 500;

    private final StoreClient client;
    private final Thread follower;
    private final Object lock = new Object();
    private volatile CatalogView view;
    private volatile boolean closed;

    /** Reads the catalog once, and follows it from then on. */
    public LiveCatalog(StoreClient client) {
        this.client = requireNonNull(client, "client");
        this.view = new CatalogView(client.catalog());
        this.follower = new Thread(this::follow, "catalog-follower");
        this.follower.setDaemon(true);
        this.follower.start();
    }

    /** The catalog as far as it is known. Use one view throughout a step of a statement. */
    public CatalogView view() {
        return view;
    }

    /** Asks the system partition: what was decided before this call is in the answer. */
    public CatalogView refresh() {
        return take(client.catalog());
    }

    /** A view of at least this version, asking for it if need be. */
    public CatalogView refreshTo(long version) {
        CatalogView known = view;
        return known.version() >= version ? known : refresh();
    }

    /** Waits for a version newer than the given one, or for the wait to end, without asking anybody. */
    public CatalogView await(long newerThan, Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        synchronized (lock) {
            while (view.version() <= newerThan && !closed) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    break;
                }
                lock.wait(left);
            }
            return view;
        }
    }

    private void follow() {
        while (!closed) {
            try {
                take(client.catalog(view.version(), POLL));
            } catch (RefusedException e) {
                if (!closed) {
                    LOG.warn("the catalog cannot be followed: {}", e.getMessage());
                    pause();
                }
            } catch (RuntimeException e) {
                if (!closed) {
                    LOG.error("following the catalog", e);
                    pause();
                }
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    private CatalogView take(CatalogSnapshot snapshot) {
        synchronized (lock) {
            if (snapshot.version() > view.version()) {
                view = new CatalogView(snapshot);
                lock.notifyAll();
            }
            return view;
        }
    }

    @Override
    public void close() {
        closed = true;
        synchronized (lock) {
            lock.notifyAll();
        }
        follower.interrupt();
    }

    @Override
    public Optional<DatabaseSpec> database(String name) {
        return view.database(name);
    }

    @Override
    public Optional<TableSpec> table(String database, String name) {
        return view.table(database, name);
    }

    @Override
    public Optional<PipelineSpec> pipeline(String database, String name) {
        return view.pipeline(database, name);
    }

    @Override
    public List<DatabaseSpec> databases() {
        return view.databases();
    }

    @Override
    public List<TableSpec> tables(String database) {
        return view.tables(database);
    }

    @Override
    public List<PipelineSpec> pipelines(String database) {
        return view.pipelines(database);
    }
}
