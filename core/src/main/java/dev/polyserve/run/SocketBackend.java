package dev.polyserve.run;

import dev.polyserve.io.SocketProvider;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;

/// A way to have sockets, and the multiplexer that can wait for them: the JDK's channels, descriptors, or a ring.
///
/// @param multiplexer opens the multiplexer of a loop
/// @param socketProvider opens and binds the sockets
/// @param blocksCarriers whether a virtual thread that waits for such a socket holds its carrier
public record SocketBackend(Opening multiplexer, SocketProvider socketProvider, boolean blocksCarriers) {
    /// Opens one multiplexer.
    @FunctionalInterface
    public interface Opening {
        /// Opens it.
        ///
        /// @param movable whether the threads that wait in it change: its loop can be handed off
        Multiplexer open(boolean movable) throws IOException;
    }
}
