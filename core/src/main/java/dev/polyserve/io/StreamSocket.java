package dev.polyserve.io;

import dev.polyserve.conversation.EndpointPair;
import dev.polyserve.conversation.ReadinessCheck;
import dev.polyserve.conversation.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;

/// One accepted connection: bytes in, bytes out.
///
/// **Thread**: the owner, except [#cutInput] and [#shutdown]; reading and writing may be two threads.
public interface StreamSocket extends Source, EndpointPair {
    /// What a read returns at the end of input.
    int END = -1;
    /// Ten segments of 1460 bytes: a peer's system receives and acknowledges this much before its program reads (RFC
    /// 6928).
    int FIRST_FLIGHT_BYTES = 14_600;
    /// What [#readWithin] returns when the time was not enough.
    int TIMED_OUT = -2;

    /// Sets whether reads and writes wait.
    void blocking(boolean waits) throws IOException;

    /// Reads the bytes that have arrived.
    ///
    /// @return how many bytes, 0 when there are none and it does not wait, or [#END]
    int read(ByteBuffer into) throws IOException;

    /// Reads the bytes that have arrived, waiting at most `atMostNanos`, on a socket that waits.
    ///
    /// @return how many bytes, [#END] or [#TIMED_OUT]
    int readWithin(ByteBuffer into, long atMostNanos) throws IOException;

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

    /// Whether it may be read and written only by the thread of the loop that watches it.
    default boolean confined() {
        return false;
    }

    /// How many of our bytes, with our end counted as one, the peer's system has not acknowledged: data that arrives
    /// after the close destroys them. 0 on a Unix socket, where no byte is ever in transit; [Wire#UNKNOWN] when the
    /// system does not report it.
    default int unacknowledged() throws IOException {
        return Wire.UNKNOWN;
    }

    /// Waits until the peer's system has acknowledged all but the last few bytes, at most `atMostNanos`. It is called
    /// before the output is ended, on a socket that waits and has a cut input: after our end the system would answer
    /// any arriving data with a reset.
    ///
    /// @return whether they are acknowledged, or that cannot be known
    default boolean awaitAcknowledged(long atMostNanos) throws IOException {
        return true;
    }

    /// Whether the awaited readiness is there. **Thread**: any.
    ///
    /// @param toWrite whether the wait is for room, rather than for input
    default ReadinessCheck pending(boolean toWrite) {
        return ReadinessCheck.UNKNOWN;
    }

    /// Ends the output: the peer reads the end of input.
    void endOutput() throws IOException;

    /// Makes reads return the end from now on, and wakes a waiting one. **Thread**: any.
    void cutInput();

    /// Makes closing send a reset (SO_LINGER with zero time, `socket(7)`) instead of an end, on TCP; a Unix socket has
    /// none.
    default void resetOnClose() {
        // Without a system below there is no peer that could see it.
    }

    /// Whether the system has reported that the peer is gone, though there may be bytes to read; false where it does
    /// not report that. Called only while nothing is written.
    default boolean peerGone() {
        return false;
    }

    /// Ends both sides and wakes every waiting thread, without releasing the descriptor. **Thread**: any.
    void shutdown();

    /// Discards the peer's input and closes, so that the system does not answer that input with a reset, which would
    /// destroy our last bytes on their way.
    void drainAndClose() throws IOException;

    /// Releases the descriptor.
    void close() throws IOException;
}
