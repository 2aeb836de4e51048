package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.net.BindException;
import org.jspecify.annotations.Nullable;

/// An endpoint cannot be bound; the message is a sentence for the user: endpoint, reason and remedy.
public final class BindFailedException extends BindException {
    public static final String IN_USE = "the port is in use; stop what listens there or take another port";
    /// The address belongs to another machine.
    public static final String NOT_OURS = "the address is not one of this machine's; take one that is, or * for all";
    public static final String FORBIDDEN = "permission denied; ports below 1024 need the administrator, so take a higher one";
    /// Either in use or forbidden, for a privileged port.
    public static final String IN_USE_OR_FORBIDDEN = "the port is in use, or needs the administrator as those below 1024 do;"
            + " take another port, or start the program as root";
    public static final String NOT_INHERITED = "this model cannot take over an inherited socket (the JDK lacks that); use a model on descriptors, as epoll";
    /// The server has connections to serve, and the socket carries none.
    public static final String NO_CONNECTIONS = "it carries no connections";
    /// The server has datagrams to serve, and the socket carries none.
    public static final String NO_DATAGRAMS = "it carries no datagrams";

    private static final long serialVersionUID = 1L;

    private final String why;

    /// @param why the reason and the remedy
    public BindFailedException(Endpoint endpoint, String why, @Nullable Throwable cause) {
        super("cannot listen at " + endpoint + ": " + why);
        initCause(cause);
        this.why = why;
    }

    /// The reason and the remedy, without the endpoint.
    public String why() {
        return why;
    }
}
