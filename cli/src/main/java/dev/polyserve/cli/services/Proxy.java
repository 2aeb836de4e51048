package dev.polyserve.cli.services;

import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.cli.net.Dialer;
import dev.polyserve.text.Addresses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// Passes bytes both ways to another endpoint, with both half-closes.
///
/// ```
/// connected --client ends--> upstream's input ended --upstream ends--> over
///           --upstream ends--> client's input ended --client ends--> over
/// ```
///
/// **Thread**: the connection's own reads the client and writes upstream; a virtual thread ([UpstreamPump]) does the opposite.
final class Proxy implements Handler {
    private static final System.Logger LOG = System.getLogger(Proxy.class.getName());
    private static final int BUFFER_BYTES = 16 << 10;

    private final Endpoint upstream;
    private final Duration idleTimeout;

    Proxy(String upstream, Duration idleTimeout) {
        this.upstream = switch (Endpoint.parse(upstream)) {
            case Endpoint.Tcp tcp -> tcp;
            case Endpoint.Unix unix -> unix;
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new IllegalArgumentException(
                    "proxy passes connections on, and " + upstream + " takes none: give tcp://host:port or unix:/path");
        };
        this.idleTimeout = idleTimeout;
    }

    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        SocketChannel channel;
        try {
            channel = Dialer.connect(upstream);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot reach " + upstream + " for "
                    + Addresses.shown(connection.info().peer()) + ": " + e.getMessage(), e);
            return;
        }
        try (channel; UpstreamPump pump = UpstreamPump.start(channel, connection.sender())) {
            toUpstream(connection, channel);
            pump.awaitEnd(idleTimeout);
        }
    }

    /// Until the client ends, or upstream takes no more. The pump ends the client's input when upstream has ended.
    private static void toUpstream(Connection connection, SocketChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (connection.read(buffer) >= 0) {
            if (!write(channel, buffer.flip())) {
                return;
            }
            buffer.clear();
        }
        endOutput(channel);
    }

    private static boolean write(SocketChannel channel, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "upstream takes no more: " + e.getMessage());
            return false;
        }
    }

    private static void endOutput(SocketChannel channel) {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "upstream was gone already: " + e.getMessage());
        }
    }
}
