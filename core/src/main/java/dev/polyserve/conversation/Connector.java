package dev.polyserve.conversation;

import dev.polyserve.Client;
import dev.polyserve.ConnectionInfo;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Makes the outgoing connections of handlers, over the sockets of their server.
///
/// **Thread**: the handler's, in its own code.
@FunctionalInterface
public interface Connector {
    /// The connector of a connection that has no system below.
    Connector NONE = (to, _) -> {
        throw new IllegalStateException(
                "no connection to " + to.endpoint() + " can be made here: this one has no network");
    };

    /// Connects to the server, and waits for that, and for the handshake of TLS.
    ///
    /// @throws java.net.ConnectException with one sentence, when it is not connected in time
    OutgoingConversation connect(Client to, Owner owner) throws IOException;

    /// The connections that no handler owns, in a pool; without a system below, none stays open.
    default HandlerOutgoingConnections unowned() {
        HandlerOutgoingConnections ended = new HandlerOutgoingConnections();
        ended.abortAll();
        return ended;
    }

    /// What owns the connections that a handler makes.
    ///
    /// @param host what runs the handler on an event loop, which its connections share; null: it has a thread of its own
    /// @param border that of the handler
    /// @param begun has each of the others until it is over
    /// @param client the handler's connection; null outside of a server
    record Owner(@Nullable HandlerHost host, HandlerBorder border, HandlerOutgoingConnections begun,
            @Nullable ConnectionInfo client) {}
}
