package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.io.SocketProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The addresses at which a server listens: the sockets it opens, and the port among its endpoints.
final class BindTargets {
    private BindTargets() {}

    /// Lists all sockets of each endpoint. None is open yet.
    ///
    /// @throws IllegalStateException if the server has no handler for one of them
    static List<List<SocketProvider.Place>> of(ServerProvider.Setup setup, SocketProvider socketProvider)
            throws IOException {
        List<List<SocketProvider.Place>> places = new ArrayList<>();
        for (Endpoint endpoint : setup.endpoints()) {
            List<SocketProvider.Place> each = socketProvider.places(endpoint);
            for (SocketProvider.Place place : each) {
                requireServed(setup, place);
            }
            places.add(each);
        }
        return places;
    }

    private static void requireServed(ServerProvider.Setup setup, SocketProvider.Place place) {
        boolean served = place.datagram()
                ? setup.datagrams() != null || setup.sessions() != null
                : setup.streams() != null;
        if (!served) {
            throw new IllegalStateException("nothing serves " + place.endpoint() + ": give the server "
                    + (place.datagram() ? "datagrams(…) or sessions(…)" : "handle(…), protocol(…) or command(…)"));
        }
        if (place.endpoint() instanceof Endpoint.Tls) {
            requireTls(setup, place.endpoint());
        }
    }

    private static void requireTls(ServerProvider.Setup setup, Endpoint endpoint) {
        if (setup.tls() == null) {
            throw new IllegalStateException("nothing proves the identity of the server at " + endpoint
                    + ": give it tls(Tls.server(certificates, key)), or take tcp://");
        }
        if (setup.streams() instanceof ServerProvider.Commands) {
            throw new IllegalStateException("a command gets the socket itself, so it cannot be served over TLS at "
                    + endpoint + ": take tcp://, or a handler");
        }
    }

    /// The first port among these endpoints.
    ///
    /// @throws IllegalStateException if none of them has one
    static int port(List<Endpoint> endpoints) {
        for (Endpoint endpoint : endpoints) {
            switch (endpoint) {
                case Endpoint.Tcp tcp -> {
                    return tcp.port();
                }
                case Endpoint.Tls tls -> {
                    return tls.port();
                }
                case Endpoint.Udp udp -> {
                    return udp.port();
                }
                case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> {
                    // has no port
                }
            }
        }
        throw new IllegalStateException("no endpoint of this server has a port: " + endpoints);
    }
}
