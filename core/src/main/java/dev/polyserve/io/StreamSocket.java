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
    /// Ten segments of 1460 bytes: so much a peer's system takes, and acknowledges, before its program reads (RFC 6928).
    int FIRST_FLIGHT_BYTES = 14_600;
    /// What [#readWithin] returns when the time was not enough.
    int TIMED_OUT = -2;

    /// Chooses whether reads and writes wait.
    void blocking(boolean waits) throws IOException;

    /// Reads what there is.
    ///
    /// @return how many bytes, 0 when there are none and it does not wait, or [#END]
    int read(ByteBuffer into) throws IOException;

    /// Reads what there is, waiting at most so long, on a socket that waits.
    ///
    /// @return how many bytes, [#END] or [#TIMED_OUT]
    int readWithin(ByteBuffer into, long atMostNanos) throws IOException;

    /// Writes what the system takes.
    ///
    /// @return how many bytes; fewer than remain only on a socket that does not wait
    int write(ByteBuffer bytes) throws IOException;

    /// Whether the system has all bytes that this has taken, so that our side may be ended and the socket closed; when not, it is
    /// ready for writing once it has.
    ///
    /// @throws IOException when it can never have them
    default boolean sent() throws IOException {
        return true;
    }

    /// Whether only the thread of the loop that watches it may read and write it.
    default boolean confined() {
        return false;
    }

    /// How many bytes of ours, our end counted as one, the peer's system has not acknowledged: what arrives after the socket was closed
    /// destroys them. None on a Unix socket, where nothing is ever on its way; [Wire#UNKNOWN] when the system does not tell.
    default int unacknowledged() throws IOException {
        return Wire.UNKNOWN;
    }

    /// Waits until the peer's system has acknowledged all but the last few bytes, at most so long: before our side is ended, on a socket that
    /// waits and whose input was cut, where whatever arrives after our end makes the system reset the connection.
    ///
    /// @return whether that is so, or cannot be told
    default boolean awaitAcknowledged(long atMostNanos) throws IOException {
        return true;
    }

    /// Whether what a wait is for is there. **Thread**: any.
    ///
    /// @param toWrite whether it is for room, rather than for input
    default ReadinessCheck pending(boolean toWrite) {
        return ReadinessCheck.UNKNOWN;
    }

    /// Ends our side: the peer sees the end of input.
    void endOutput() throws IOException;

    /// Lets reads see the end from now on, and wakes one that waits. **Thread**: any.
    void cutInput();

    /// Makes closing send a reset (SO_LINGER without a time, `socket(7)`) instead of an end, on TCP; a Unix socket has none.
    default void resetOnClose() {
        // A socket without a system below it has no peer that would see it.
    }

    /// Whether the system has told that the peer is gone, though there may be bytes to read; false where it does not tell. Asked
    /// while nothing is written.
    default boolean peerGone() {
        return false;
    }

    /// Ends both sides and wakes whoever waits, without releasing the descriptor. **Thread**: any.
    void shutdown();

    /// Throws away what the peer has sent and closes, so that the system does not answer it with a reset, which would
    /// destroy our last bytes on their way.
    void drainAndClose() throws IOException;

    /// Releases the descriptor.
    void close() throws IOException;
}
