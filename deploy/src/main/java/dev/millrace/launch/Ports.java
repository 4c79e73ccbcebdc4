package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.WRONG_CONFIG;

import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/**
 * Ports to listen on, chosen before a server starts: most of the servers embedded here cannot take 0, and their own
 * message about a taken port names neither the port nor what to do.
 */
final class Ports {
    private static final int PORT_MAX = 65_535;

    private Ports() {}

    /**
     * A port that is free at this moment.
     *
     * @param port the wished port; 0 means any
     * @param option the command-line option that sets it, for the message
     * @throws StatementException WRONG_CONFIG if the wished port is taken or the address is not one of this machine
     */
    static int claim(String bind, int port, String option) {
        if (port < 0 || port > PORT_MAX) {
            throw new StatementException(WRONG_CONFIG, option + " " + port + " is not a port (0 to " + PORT_MAX + ")");
        }
        InetAddress address = address(bind);
        if (isFree(address, port)) {
            return port == 0 ? anyFree(address) : port;
        }
        if (!isFree(address, 0)) {
            throw new StatementException(WRONG_CONFIG, "cannot listen on " + bind + ": no address of this machine");
        }
        throw new StatementException(
                WRONG_CONFIG,
                "port " + port + " on " + bind + " is taken; choose another with " + option + " (0: any)");
    }

    /** The wished port if it is free, any other if not. */
    static int claimOrAny(String bind, int port) {
        InetAddress address = address(bind);
        return port != 0 && isFree(address, port) ? port : anyFree(address);
    }

    /** Whether only this machine reaches an address. */
    static boolean isLoopback(String bind) {
        return address(bind).isLoopbackAddress();
    }

    /**
     * What clients are told of an address that a server listens on: the address, but for "all of them" this machine's
     * name, which others look up as well, or loopback if it has none.
     */
    static String advertised(String bind) {
        if (!address(bind).isAnyLocalAddress()) {
            return bind;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "127.0.0.1";
        }
    }

    private static InetAddress address(String bind) {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new StatementException(WRONG_CONFIG, "cannot listen on " + bind + ": unknown host", e);
        }
    }

    private static boolean isFree(InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // Connections of the server before us may still be in TIME_WAIT; they are no reason to refuse.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int anyFree(InetAddress address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StatementException(
                    WRONG_CONFIG,
                    "cannot listen on " + address.getHostAddress() + ": no address of this machine, or no port is free",
                    e);
        }
    }
}
