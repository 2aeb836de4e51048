package dev.polyserve.cli.connect;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A way for datagrams to one server and back.
///
/// **Thread**: one may send while another receives; any may close it, which ends their waits.
interface DatagramLink extends AutoCloseable {
    /// Sends one; it may have no bytes.
    void send(ByteBuffer datagram) throws IOException;

    /// Receives one, waiting for it.
    ///
    /// @return how many bytes it has
    /// @throws java.nio.channels.ClosedChannelException when it is closed meanwhile
    int receive(ByteBuffer into) throws IOException;

    @Override
    void close() throws IOException;
}
