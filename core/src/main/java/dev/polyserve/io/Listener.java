package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// A bound socket that accepts connections; it does not wait.
///
/// **Thread**: its acceptor's; [#close] any.
public interface Listener extends Source {
    /// Where it listens, with its real port.
    Endpoint endpoint();

    /// Its address.
    SocketAddress address();

    /// The next connection, or null when none waits.
    ///
    /// @throws AcceptException when it is known that the failure concerns one connection or the listener, not the whole process
    @Nullable StreamSocket accept() throws IOException;

    /// The next of those that it has accepted before anybody asked for them, when nobody watches it any more: nobody else can serve
    /// them.
    default @Nullable StreamSocket acceptedInAdvance() throws IOException {
        return null;
    }

    /// Whether what it gives was accepted by another process, which serves it already: each is to be taken then, whatever is
    /// allowed here by now.
    default boolean acceptedElsewhere() {
        return false;
    }

    /// Whether it was not closed.
    boolean isOpen();

    /// Stops listening; a Unix socket's file is removed if it is still ours.
    void close() throws IOException;
}
