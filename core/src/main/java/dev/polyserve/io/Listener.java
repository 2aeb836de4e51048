package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// A bound socket that accepts connections; it does not wait.
///
/// **Thread**: its acceptor's; [#close] any.
public interface Listener extends Pollable {
    /// Its endpoint, with its real port.
    Endpoint endpoint();

    SocketAddress address();

    /// The next connection, or null when none waits.
    ///
    /// @throws AcceptException when the failure is known to affect one connection or the listener, not the whole
    ///     process
    @Nullable StreamSocket accept() throws IOException;

    /// The next connection that multishot accept had taken when watching stopped: serve it or close it. Null when there
    /// is none left.
    default @Nullable StreamSocket acceptedInAdvance() throws IOException {
        return null;
    }

    /// Whether its connections were accepted by another process, which serves them already. Each must then be taken,
    /// whatever the limits here allow by now.
    default boolean acceptedElsewhere() {
        return false;
    }

    boolean isOpen();

    /// Stops listening; a Unix socket's file is removed if it is still ours.
    void close() throws IOException;
}
