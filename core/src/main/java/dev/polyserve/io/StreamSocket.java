package dev.polyserve.io;

import dev.polyserve.conversation.ReadinessCheck;
import java.io.IOException;
import java.nio.ByteBuffer;

/// One accepted connection: bytes in, bytes out, and the close. What else the system can do with it is its
/// [SocketControl].
///
/// **Thread**: the owner, except [#pending]; reading and writing may be two threads.
public interface StreamSocket extends Source {
    /// What a read returns at the end of input.
    int END = -1;
    /// Ten segments of 1460 bytes: a peer's system receives and acknowledges this much before its program reads (RFC
    /// 6928).
    int FIRST_FLIGHT_BYTES = 14_600;

    /// Reads the bytes that have arrived.
    ///
    /// @return how many bytes, 0 when there are none and it does not wait, or [#END]
    int read(ByteBuffer into) throws IOException;

    /// Writes the bytes that the kernel accepts.
    ///
    /// @return how many bytes; fewer than remain only on a socket that does not wait
    int write(ByteBuffer bytes) throws IOException;

    /// True once the kernel has accepted every byte written; half-close and close only then. Until then the socket
    /// becomes ready for writing when it is true.
    ///
    /// @throws IOException when the kernel can never accept them
    default boolean sent() throws IOException {
        return true;
    }

    /// Whether the awaited readiness is there. **Thread**: any.
    ///
    /// @param toWrite whether the wait is for room, rather than for input
    default ReadinessCheck pending(boolean toWrite) {
        return ReadinessCheck.UNKNOWN;
    }

    /// Whether the system has reported that the peer is gone, though there may be bytes to read; false where it does
    /// not report that. Called only while nothing is written.
    default boolean peerGone() {
        return false;
    }

    /// Releases the descriptor.
    ///
    /// @param unread whether the peer may have sent bytes that were not read: they are discarded first, because the
    ///     system would answer them with a reset, which destroys our last bytes on their way
    void close(boolean unread) throws IOException;

    /// The system calls on this connection that move no bytes.
    SocketControl control();
}
