package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A bound datagram socket; it does not wait. It receives; its [DatagramSender] sends.
///
/// **Thread**: its loop's; [#close] any.
public interface DatagramPort extends Pollable {
    /// Its endpoint, with its real port.
    Endpoint endpoint();

    SocketAddress address();

    /// Receives one datagram into the buffer; a longer one is truncated.
    ///
    /// @return the sender's address, or null when no datagram waits or is known to wait: the multiplexer reports
    ///     further ones
    @Nullable SocketAddress receive(ByteBuffer into) throws IOException;

    /// The address at which the last received datagram arrived. At a port of every address it is the sender's
    /// destination address, and the only one from which the sender accepts a reply.
    default SocketAddress local() {
        return address();
    }

    /// Whether it holds datagrams that [#receive] has not returned yet: no multiplexer reports these.
    default boolean holdsReceived() {
        return false;
    }

    /// Sends datagrams through this socket.
    DatagramSender sender();

    /// Releases the socket; a Unix socket's file is removed if it is still ours.
    void close() throws IOException;
}
