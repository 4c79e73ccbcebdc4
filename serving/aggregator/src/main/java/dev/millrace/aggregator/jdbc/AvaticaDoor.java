package dev.millrace.aggregator.jdbc;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import org.apache.calcite.avatica.remote.LocalService;
import org.apache.calcite.avatica.remote.Service;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The HTTP server that Avatica clients connect to. Jetty is wired here rather than by Avatica's {@code HttpServer},
 * which cannot bind to one address and looks up its own name in DNS.
 */
public final class AvaticaDoor implements AutoCloseable {
    /** A request occupies its thread until the statement's first page; this bounds statements under way. */
    private static final int THREADS_MAX = 200;

    private static final int THREADS_MIN = 8;
    private static final int THREAD_IDLE_MILLIS = 60_000;

    /** An HTTP connection without a request; Avatica clients pool theirs and reconnect. */
    private static final long CONNECTION_IDLE_MILLIS = 300_000;

    private static final long STOP_MILLIS = 3_000;

    private final Server server;
    private final ServerConnector connector;
    private final ClientSessions sessions;
    private final String host;

    /**
     * Opens the door.
     *
     * @param port 0: any free one
     * @throws StatementException WRONG_CONFIG if the port is taken or the address is not this machine's
     */
    public AvaticaDoor(String host, int port, ClientSessions sessions) {
        this.host = host;
        this.sessions = sessions;
        QueuedThreadPool threads = new QueuedThreadPool(THREADS_MAX, THREADS_MIN, THREAD_IDLE_MILLIS);
        threads.setName("avatica");
        threads.setDaemon(true);
        server = new Server(threads);
        connector = new ServerConnector(server);
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(CONNECTION_IDLE_MILLIS);
        server.addConnector(connector);
        server.setStopTimeout(STOP_MILLIS);
        LocalService service = new LocalService(new MillraceMeta(sessions));
        EitherHandler handler = new EitherHandler(service);
        server.setHandler(handler);
        try {
            server.start();
        } catch (IOException e) {
            stop();
            throw new StatementException(
                    SqlState.WRONG_CONFIG, "cannot listen on " + host + ":" + port + ": " + reason(e), e);
        } catch (Exception e) {
            stop();
            throw new IllegalStateException("the HTTP server does not start", e);
        }
        Service.RpcMetadataResponse metadata = new Service.RpcMetadataResponse(host + ":" + port());
        service.setRpcMetadata(metadata);
        handler.setServerRpcMetadata(metadata);
    }

    private static String reason(IOException e) {
        return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    }

    public int port() {
        return connector.getLocalPort();
    }

    /** What stands behind {@code jdbc:avatica:remote:url=}. */
    public String url() {
        String reachable = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
        return "http://" + (reachable.contains(":") ? "[" + reachable + "]" : reachable) + ":" + port();
    }

    private void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("stopping the HTTP server", e);
        }
    }

    @Override
    public void close() {
        try {
            sessions.close();
        } finally {
            stop();
        }
    }
}
