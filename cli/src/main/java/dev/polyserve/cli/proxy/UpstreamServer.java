package dev.polyserve.cli.proxy;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.ConnectException;

/// One upstream: how to connect to it, whether it is up, and what was counted.
///
/// **Thread**: any, several at once.
///
/// @param client how to connect
/// @param key for [RendezvousBalancer]
/// @param health whether it is up; the same object while it is among the upstreams, however these change
/// @param figures what was counted; likewise
record UpstreamServer(Client client, long key, UpstreamHealth health, UpstreamCounters figures) {
    private static final System.Logger LOG = System.getLogger(UpstreamServer.class.getName());

    /// @param client how to connect
    UpstreamServer(Client client, UpstreamHealth health, UpstreamCounters figures) {
        this(client, RendezvousHash.of(client.endpoint().toString()), health, figures);
    }

    Endpoint endpoint() {
        return client.endpoint();
    }

    /// Connects in a client's handler. The caller closes the connection and tells [#figures] of its end.
    ///
    /// @throws UpstreamException when the upstream is not reached, which was counted if the upstream is the reason
    Connection connectFor(Connection from) throws IOException {
        figures.chosen();
        boolean connected = false;
        boolean refused = false;
        try {
            Connection upstream = from.connect(client);
            connected = true;
            figures.connected();
            succeeded();
            return upstream;
        } catch (ConnectException e) {
            UpstreamException why = UpstreamException.of(endpoint(), e);
            refused = why.isOfUpstream();
            failed(why);
            throw why;
        } finally {
            if (!connected) {
                figures.notConnected(refused);
            }
        }
    }

    /// A connect has succeeded.
    void succeeded() {
        if (health.succeeded()) {
            LOG.log(System.Logger.Level.INFO, "the upstream " + endpoint() + " is up again");
        }
    }

    /// A connect has failed; it counts if the upstream is the reason.
    void failed(UpstreamException why) {
        if (why.isOfUpstream() && health.failed()) {
            int fall = health.options().fall();
            LOG.log(System.Logger.Level.WARNING, "the upstream " + endpoint() + " is down after "
                    + (fall == 1 ? "a failed connect: " : fall + " failed connects in a row, the last one: ")
                    + why.getMessage());
        }
    }

    UpstreamStatus status() {
        return figures.status(endpoint(), health.isUp());
    }
}
