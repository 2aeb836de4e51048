package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// A TCP listener of the JDK's family.
final class ChannelListener extends BoundChannel<ServerSocketChannel> implements Listener {
    private final boolean noDelay;

    ChannelListener(ServerSocketChannel channel, Endpoint endpoint, boolean noDelay) throws IOException {
        super(channel, endpoint);
        this.noDelay = noDelay;
    }

    @Override
    public @Nullable StreamSocket accept() throws IOException {
        for (SocketChannel accepted; (accepted = channel.accept()) != null;) {
            try {
                if (noDelay) {
                    accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
                return new ChannelSocket(accepted);
            } catch (IOException e) {
                // Gone between the handshake and now: as if it had never been there, and the next may be waiting.
                accepted.close();
            }
        }
        return null;
    }
}
