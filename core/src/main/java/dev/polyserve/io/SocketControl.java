package dev.polyserve.io;

import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.Wire;
import java.io.IOException;

/// The control operations on a connection, apart from reading and writing: shutdown, reset on close, blocking mode,
/// addresses.
///
/// **Thread**: the owner, except [#shutdown], [#ends] and [#unacknowledged].
public interface SocketControl {
    /// The addresses of the connection. **Thread**: any.
    AddressPair ends();

    /// Sets whether reads and writes wait.
    void blocking(boolean waits) throws IOException;

    /// The socket to read before an event loop owns the connection: it holds no bytes in advance, and any loop of its
    /// family may watch its source for a while.
    StreamSocket unowned();

    /// The waits of a thread that owns the connection, on a socket that waits.
    BlockingSocket waiting();

    /// How many of our bytes, with our end counted as one, the peer's system has not acknowledged: data that arrives
    /// after the close destroys them. 0 on a Unix socket, where no byte is ever in transit; [Wire#UNKNOWN] when the
    /// system does not report it. **Thread**: any.
    default int unacknowledged() throws IOException {
        return Wire.UNKNOWN;
    }

    /// Makes closing send a reset (SO_LINGER with zero time, `socket(7)`) instead of an end, on TCP; a Unix socket has
    /// none.
    default void resetOnClose() {
        // Without a system below there is no peer that could see it.
    }

    /// Ends both sides and wakes every waiting thread, without releasing the descriptor. **Thread**: any.
    void shutdown();
}
