package dev.polyserve.cli.services;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The other side of a [ProcessRelay]: a server or a program.
///
/// **Thread**: one thread writes while another reads; any thread may call [#close], which ends their waits.
interface ProcessRelayPeer {
    /// Writes all remaining bytes, waiting while the other side accepts none.
    void write(ByteBuffer bytes) throws IOException;

    /// Signals the end of the data to the other side.
    void endOutput() throws IOException;

    /// Ends writing before the regular end of the data. An upstream that detects this only by the end of its input gets
    /// that end now.
    void abandonOutput() throws IOException;

    /// Waits for at least one byte, and reads.
    ///
    /// @return the number of bytes, or -1 at the end
    /// @throws IOException when a reset cut the data, even if [#write] has already thrown that
    int read(ByteBuffer into) throws IOException, InterruptedException;

    /// After the last byte, waits for the exit of an upstream that exits.
    ///
    /// @return true when it has exited, so that it reads nothing more
    boolean awaitExit() throws InterruptedException;

    /// Makes [#close] send a reset, where possible: the data was cut off, and must not look complete.
    void resetOnClose() throws IOException;

    void close() throws IOException;

    /// Creates a thread that may block in the methods above without blocking an event loop.
    Thread unstarted(String name, Runnable body);
}
