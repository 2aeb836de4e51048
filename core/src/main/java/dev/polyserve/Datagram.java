package dev.polyserve;

import java.net.SocketAddress;
import java.nio.ByteBuffer;

/// One datagram that arrived; valid during the call that it was passed to.
public interface Datagram {
    /// The sender's address: the destination of a reply.
    SocketAddress peer();

    /// The address it arrived at.
    SocketAddress local();

    /// The payload from position to limit, as a view without copying.
    ByteBuffer payload();

    /// Whether the sender's datagram was longer than the server's limit ([Options.Limits#datagramBytes]), so that
    /// [#payload] holds only its beginning.
    boolean truncated();
}
