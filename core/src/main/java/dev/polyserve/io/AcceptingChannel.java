package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// A bound channel of the JDK that accepts connections.
abstract class AcceptingChannel extends BoundChannel<ServerSocketChannel> {
    /// @param endpoint with its real port
    AcceptingChannel(ServerSocketChannel channel, Endpoint endpoint) throws IOException {
        super(channel, endpoint);
    }

    /// The next connection, or null when none waits.
    ///
    /// The JDK has one exception type for most error numbers of `accept(2)`. Opening a socket, which accepting does
    /// too, shows whether the process has run out of descriptors or socket memory.
    ///
    /// @param family the listener's
    /// @throws AcceptException when a socket could be opened, so that the failure affects one connection or this
    ///     listener
    final @Nullable SocketChannel acceptChannel(ProtocolFamily family) throws IOException {
        try {
            return channel.accept();
        } catch (IOException e) {
            if (channel.isOpen() && canOpenSocket(family)) {
                throw new AcceptException(AcceptException.Concerned.CONNECTION_OR_LISTENER, e);
            }
            throw e;
        }
    }

    private static boolean canOpenSocket(ProtocolFamily family) {
        try (SocketChannel opened = SocketChannel.open(family)) {
            return opened.isOpen();
        } catch (IOException e) {
            return false;
        }
    }
}
