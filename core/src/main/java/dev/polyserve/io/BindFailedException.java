package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.net.BindException;
import org.jspecify.annotations.Nullable;

/// An endpoint cannot be bound; the message is a sentence for the user: where, why, and what to do.
public final class BindFailedException extends BindException {
    /// Somebody else has the port.
    public static final String IN_USE = "the port is in use; stop what listens there or take another port";
    /// The address is another machine's.
    public static final String NOT_OURS = "the address is not one of this machine's; take one that is, or * for all";
    /// The port is a privileged one.
    public static final String FORBIDDEN = "permission denied; ports below 1024 need the administrator, so take a higher one";
    /// One of the two, of a privileged port.
    public static final String IN_USE_OR_FORBIDDEN = "the port is in use, or needs the administrator as those below 1024 do;"
            + " take another port, or start the program as root";
    /// The JDK can take over no open descriptor.
    public static final String NOT_INHERITED = "this model cannot take over an inherited socket (the JDK lacks that); use a model on descriptors, as epoll";
    /// Connections are wanted there.
    public static final String NO_CONNECTIONS = "it carries no connections";
    /// Datagrams are wanted there.
    public static final String NO_DATAGRAMS = "it carries no datagrams";

    private static final long serialVersionUID = 1L;

    private final String why;

    /// @param why and what to do
    public BindFailedException(Endpoint endpoint, String why, @Nullable Throwable cause) {
        super("cannot listen at " + endpoint + ": " + why);
        initCause(cause);
        this.why = why;
    }

    /// Why, and what to do, without the endpoint.
    public String why() {
        return why;
    }
}
