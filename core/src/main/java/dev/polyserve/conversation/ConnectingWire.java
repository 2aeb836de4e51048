package dev.polyserve.conversation;

import java.io.IOException;

/// A wire whose socket is to be connected before anything else.
///
/// **Thread**: the owner.
public interface ConnectingWire {
    /// Connects the socket, and waits for that.
    ///
    /// @param atMostNanos how long to wait; 0 only looks
    /// @param goesOn whether this is called again when that was not enough
    /// @return false when the time was not enough
    /// @throws IOException why it cannot be connected, also when it was shut down meanwhile
    boolean connect(long atMostNanos, boolean goesOn) throws IOException;
}
