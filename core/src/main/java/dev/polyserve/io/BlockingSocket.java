package dev.polyserve.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The blocking calls on a connection by the thread that owns it: a read with a time limit, and the wait until the peer
/// has acknowledged everything.
///
/// **Thread**: the owner, except [#cutInput].
public interface BlockingSocket {
    /// What [#readWithin] returns when the time was not enough.
    int TIMED_OUT = -2;

    /// Reads the bytes that have arrived, waiting at most `atMostNanos`.
    ///
    /// @return how many bytes, [StreamSocket#END] or [#TIMED_OUT]
    int readWithin(ByteBuffer into, long atMostNanos) throws IOException;

    /// Makes reads return the end from now on, and wakes a waiting one. **Thread**: any.
    void cutInput();

    /// Waits until the peer's system has acknowledged all but the last few bytes, at most `atMostNanos`. It is called
    /// before the output is ended, on a socket with a cut input: after our end the system would answer any arriving data
    /// with a reset.
    ///
    /// @return whether they are acknowledged, or that cannot be known
    default boolean awaitAcknowledged(long atMostNanos) throws IOException {
        return true;
    }
}
