package dev.polyserve.cli.connect;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A datagram socket for the exchange with one server.
///
/// **Thread**: one thread may send while another receives; any thread may close it, which ends their waits.
interface ClientDatagramSocket extends AutoCloseable {
    /// Sends a datagram, which may be empty.
    void send(ByteBuffer datagram) throws IOException;

    /// Waits for a datagram and receives it.
    ///
    /// @return the number of its bytes
    /// @throws java.nio.channels.ClosedChannelException when the socket is closed meanwhile
    int receive(ByteBuffer into) throws IOException;

    @Override
    void close() throws IOException;
}
