package dev.polyserve.io;

import java.net.ConnectException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A socket cannot be connected; the message says why, and what to do, without the endpoint.
public final class UnreachableException extends ConnectException {
    public static final String REFUSED = "nothing listens there; start the server, or take another port";
    public static final String NO_SUCH_FILE = "there is no such socket; start the server, or take another path";
    public static final String FORBIDDEN = "permission denied; take a user who may connect there";
    /// No path to the machine.
    public static final String NO_ROUTE = "there is no route to it; check the address and the network";
    public static final String NO_ANSWER = "it does not answer; check the address and the firewall";

    /// It was connected, and reset at once.
    public static final String ENDED = "the server ended the connection at once; see its log";
    private static final String NO_PORT = "no local port is free; close connections to it, or keep and use them again";

    private static final long serialVersionUID = 1L;

    private final boolean ofLocalPorts;

    /// The local address of a client cannot be used.
    public static UnreachableException localAddress(InetAddress local, Exception cause) {
        return new UnreachableException("the local address " + local.getHostAddress()
                + " cannot be used (" + cause.getMessage() + "); take one of this machine", cause);
    }

    /// Every local port is in use for this server.
    public static UnreachableException noPort(Exception cause) {
        return new UnreachableException(NO_PORT, cause, true);
    }

    /// @param why the reason and the remedy
    public UnreachableException(String why, @Nullable Throwable cause) {
        this(why, cause, false);
    }

    private UnreachableException(String why, @Nullable Throwable cause, boolean ofLocalPorts) {
        super(why);
        this.ofLocalPorts = ofLocalPorts;
        initCause(cause);
    }

    /// Whether this machine has no free local port for the server. That says nothing about the server, and a connection to another one
    /// may succeed: the same port can be used for each.
    public boolean isOfLocalPorts() {
        return ofLocalPorts;
    }
}
