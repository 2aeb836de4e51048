package dev.polyserve.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/// One accepted connection: bytes in, bytes out, and the close. What else the system can do with it is its
/// [SocketControl], and what a multiplexer watches for it is its [PollableStream].
///
/// A socket may be a layer over another one, which changes the bytes on their way or has read some in advance. Its source
/// is then that of the lowest socket.
///
/// **Thread**: the owner; reading and writing may be two threads.
public interface StreamSocket {
    /// What a read returns at the end of input.
    int END = -1;
    /// Ten segments of 1460 bytes: a peer's system receives and acknowledges this much before its program reads (RFC
    /// 6928).
    int FIRST_FLIGHT_BYTES = 14_600;

    /// Reads the bytes that have arrived. While it returns fewer than there is room for, none are left in this process:
    /// the source becomes ready when there are more.
    ///
    /// @return how many bytes, 0 when there are none and it does not wait, or [#END]
    int read(ByteBuffer into) throws IOException;

    /// Whether a read would return bytes, or the end, although the source is not ready: a layer has read them in advance.
    /// Always false for a socket that is its own source.
    /// **Thread**: the one that reads.
    default boolean buffered() {
        return false;
    }

    /// Writes the bytes that the kernel accepts.
    ///
    /// @return how many bytes; fewer than remain only on a socket that does not wait
    int write(ByteBuffer bytes) throws IOException;

    /// Ends the output: the peer reads the end of input. The end follows every byte written, so it may be due: then the
    /// source becomes ready for writing when this is to be called again. A call after the end has no effect.
    ///
    /// @param closes whether the socket is closed next, which ends the output of the system's socket, too
    /// @return whether the output is ended, or would be by the close
    /// @throws IOException when the kernel can never accept the bytes written
    boolean endOutput(boolean closes) throws IOException;

    /// Releases the descriptor.
    ///
    /// @param unread whether the peer may have sent bytes that were not read: they are discarded first, because the
    ///     system would answer them with a reset, which destroys our last bytes on their way
    void close(boolean unread) throws IOException;

    /// The system calls on this connection that move no bytes.
    SocketControl control();

    /// What a multiplexer watches for this connection. **Thread**: any.
    PollableStream source();
}
