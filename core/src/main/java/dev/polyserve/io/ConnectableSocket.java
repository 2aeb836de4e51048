package dev.polyserve.io;

import java.io.IOException;

/// The connect of a stream socket that was not accepted.
///
/// ```
///   created ─▶ connect ─▶ false: under way ─▶ its source is ready for writing ─▶ connect … ─▶ true: connected
/// ```
///
/// **Thread**: the owner.
public interface ConnectableSocket {
    /// The socket, which is used once it is connected.
    StreamSocket socket();

    /// Begins to connect, or checks whether that is done; it does not wait.
    ///
    /// @return whether it is connected; if not, its source becomes ready for writing when it is, or cannot be
    /// @throws UnreachableException why it cannot be connected
    /// @throws BacklogFullException when the server cannot take a connection now
    /// @throws ResourceExhaustedException when this process, or its system, lacks what it needs
    boolean connect() throws IOException;

    /// Connects on the calling thread, which waits.
    ///
    /// @param atMostNanos how long to wait; 0 only looks
    /// @param goesOn whether this is called again when that was not enough
    /// @return false when the time was not enough
    /// @throws IOException as [#connect], or because it was shut down meanwhile
    boolean connectWithin(long atMostNanos, boolean goesOn) throws IOException;
}
