package dev.polyserve.cli.connect;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A connection to a server, plain or with TLS.
///
/// **Thread**: one thread reads while another writes; any thread may close it, which ends their waits.
public sealed interface ClientConnection extends Closeable permits PlainConnection, TlsConnection {
    /// Waits for at least one byte, and reads.
    ///
    /// @param into on the heap
    /// @return the number of bytes, or -1 at the end
    /// @throws java.nio.channels.AsynchronousCloseException when another thread has closed it
    int read(ByteBuffer into) throws IOException;

    /// Writes all remaining bytes.
    ///
    /// @param bytes on the heap
    void write(ByteBuffer bytes) throws IOException;

    /// Tells the server that no more data follows; its data can still be read.
    void endOutput() throws IOException;
}
