package dev.polyserve;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// One datagram that arrived; valid during the call that it was passed to.
public interface Datagram {
    /// The sender's address: the destination of a reply. Behind a load balancer that sends a PROXY header with each datagram
    /// ([Options.ProxyProtocol]), it is the client's, and a reply goes to the load balancer.
    SocketAddress peer();

    /// The address it arrived at; with a PROXY header, the one that the client has sent it to.
    SocketAddress local();

    /// What the PROXY header in front of it says, and the load balancer's address; empty where there is none, or it names no
    /// client.
    default Optional<ConnectionInfo.Proxied> proxied() {
        return Optional.empty();
    }

    /// The payload from position to limit, as a view without copying.
    ByteBuffer payload();

    /// Whether the sender's datagram was longer than the server's limit ([Options.Limits#datagramBytes]), so that
    /// [#payload] holds only its beginning.
    boolean truncated();
}
