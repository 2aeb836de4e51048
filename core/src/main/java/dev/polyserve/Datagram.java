package dev.polyserve;

import java.net.SocketAddress;
import java.nio.ByteBuffer;

/// One datagram that arrived, valid during the call it was handed to.
public interface Datagram {
    /// Who sent it: where a reply goes.
    SocketAddress peer();

    /// Where it arrived.
    SocketAddress local();

    /// The payload from position to limit, as a view without copying.
    ByteBuffer payload();

    /// Whether the sender's datagram was longer than the server's limit ([Options.Limits#datagramBytes]), so that
    /// [#payload] holds only its beginning.
    boolean truncated();
}
