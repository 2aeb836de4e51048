package dev.polyserve.io;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// A TCP listener of the JDK's family.
final class ChannelListener extends AcceptingChannel implements Listener {
    private final Options.Sockets options;

    ChannelListener(ServerSocketChannel channel, Endpoint endpoint, Options.Sockets options) throws IOException {
        super(channel, endpoint);
        this.options = options;
    }

    @Override
    public @Nullable StreamSocket accept() throws IOException {
        for (SocketChannel accepted; (accepted = acceptChannel(StandardProtocolFamily.INET)) != null;) {
            try {
                ChannelSocketOptions.setAll(accepted, options);
                return new ChannelSocket(accepted);
            } catch (IOException e) {
                // The client disconnected right after the handshake: ignored, since the next one may be waiting.
                accepted.close();
            } catch (RuntimeException | Error e) {
                accepted.close();
                throw e;
            }
        }
        return null;
    }
}
