package dev.polyserve.cli.services;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.Options;
import dev.polyserve.cli.net.Dialer;
import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/// Copies bytes in both directions to another endpoint, including half-closes and resets ([Relay]).
///
/// **Thread**: the connection's own.
final class ProxyService implements Handler {
    private static final System.Logger LOG = System.getLogger(ProxyService.class.getName());

    private final Endpoint upstream;
    private final Supplier<Options> options;
    private final UpstreamProxyHeader header;
    private final BrokenPipe brokenPipe = BrokenPipe.ofThisProcess();

    /// @param options the current options of the server
    /// @param header what each connection to the upstream begins with
    ProxyService(String upstream, Supplier<Options> options, UpstreamProxyHeader header) {
        this.upstream = switch (Endpoint.parse(upstream)) {
            case Endpoint.Tcp tcp -> tcp;
            case Endpoint.Unix unix -> unix;
            case Endpoint.Tls _ -> throw new IllegalArgumentException(
                    "proxy does not begin TLS yet, so it cannot forward to " + upstream
                            + ": use tcp://host:port or unix:/path");
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new IllegalArgumentException(
                    "proxy forwards connections, but " + upstream + " accepts none: use tcp://host:port or unix:/path");
        };
        this.options = options;
        this.header = header;
    }

    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        SocketChannel channel;
        try {
            channel = begun(connection);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot reach " + upstream + " for "
                    + PrintableAddress.shown(connection.info().peer()) + ": " + e.getMessage(), e);
            connection.reset(new Cause.Stopped()); // an orderly end would look like an empty answer
            return;
        }
        SocketUpstream socket = new SocketUpstream(channel, brokenPipe);
        try (Relay relay = new Relay(connection, socket, () -> options.get().timeouts())) {
            relay.run();
        }
    }

    /// Connects, and sends the header before anything else.
    private SocketChannel begun(Connection connection) throws IOException, InterruptedException {
        ByteBuffer bytes = header.of(connection.info());
        SocketChannel channel = Dialer.connect(upstream);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes); // all at once: the socket's buffer is empty
            }
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }
}
