package dev.polyserve.spi;

import dev.polyserve.Connection;
import java.io.IOException;

/// A connection that may be able to relay to another one in the thread that owns both.
///
/// **Thread**: the owner.
public interface RelayableConnection {
    /// As [dev.polyserve.relay.Relay#between], if one thread can wait for both connections at a time.
    ///
    /// @return false if it cannot; nothing was done then
    boolean relays(Connection other) throws IOException;

    /// The most bytes of a message that its sender accepts.
    long mostMessageBytes();
}
