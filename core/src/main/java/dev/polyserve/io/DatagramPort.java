package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A bound datagram socket; it does not wait.
///
/// **Thread**: receiving its loop's; [#send] and [#close] any.
public interface DatagramPort extends Source {
    /// Where it is bound, with its real port.
    Endpoint endpoint();

    /// Its address.
    SocketAddress address();

    /// Receives one datagram into the buffer, cut off where that is full.
    ///
    /// @return who sent it, or null when none waits
    @Nullable SocketAddress receive(ByteBuffer into) throws IOException;

    /// Sends one datagram.
    ///
    /// @return false when the system has no room for it now
    boolean send(ByteBuffer bytes, SocketAddress to) throws IOException;

    /// Releases the socket; a Unix socket's file is removed if it is still ours.
    void close() throws IOException;
}
