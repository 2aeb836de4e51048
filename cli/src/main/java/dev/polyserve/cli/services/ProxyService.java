package dev.polyserve.cli.services;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.relay.Relay;
import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.net.ConnectException;

/// Copies bytes in both directions to another endpoint, including half-closes and resets ([Relay]).
///
/// **Thread**: the connection's own.
final class ProxyService implements Handler {
    private static final System.Logger LOG = System.getLogger(ProxyService.class.getName());

    private final Endpoint upstream;
    private final UpstreamProxyHeader header;

    /// @param header what each connection to the upstream begins with
    ProxyService(String upstream, UpstreamProxyHeader header) {
        this.upstream = switch (Endpoint.parse(upstream)) {
            case Endpoint.Tcp tcp -> tcp;
            case Endpoint.Unix unix -> unix;
            case Endpoint.Tls _ -> throw new IllegalArgumentException(
                    "proxy does not begin TLS yet, so it cannot forward to " + upstream
                            + ": use tcp://host:port or unix:/path");
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new IllegalArgumentException(
                    "proxy forwards connections, but " + upstream + " accepts none: use tcp://host:port or unix:/path");
        };
        this.header = header;
    }

    @Override
    public void handle(Connection client) throws IOException, InterruptedException {
        Connection server;
        try {
            server = client.connect(upstream);
        } catch (ConnectException e) {
            LOG.log(System.Logger.Level.WARNING, "for " + PrintableAddress.shown(client.info().peer()) + ": "
                    + e.getMessage(), e);
            client.reset(new Cause.Stopped()); // an orderly end would look like an empty answer
            return;
        }
        try (server) {
            server.write(header.of(client.info()));
            Relay.between(client, server);
        }
    }
}
