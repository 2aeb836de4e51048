package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.spi.Engine;
import dev.polyserve.io.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Where a server listens: what it opens, and what of that has a port.
final class BindTargets {
    private BindTargets() {}

    /// All sockets of each of its endpoints, of which none is open yet.
    ///
    /// @throws IllegalStateException when there is one that nothing serves
    static List<List<Transport.Place>> of(Engine.Setup setup, Transport transport) throws IOException {
        List<List<Transport.Place>> places = new ArrayList<>();
        for (Endpoint endpoint : setup.endpoints()) {
            List<Transport.Place> each = transport.places(endpoint);
            for (Transport.Place place : each) {
                requireServed(setup, place);
            }
            places.add(each);
        }
        return places;
    }

    private static void requireServed(Engine.Setup setup, Transport.Place place) {
        if (place.datagram() ? setup.datagrams() == null : setup.streams() == null) {
            throw new IllegalStateException("nothing serves " + place.endpoint() + ": give the server "
                    + (place.datagram() ? "datagrams(…)" : "handle(…), protocol(…) or command(…)"));
        }
    }

    /// The first port among these.
    ///
    /// @throws IllegalStateException when none of them has one
    static int port(List<Endpoint> endpoints) {
        for (Endpoint endpoint : endpoints) {
            switch (endpoint) {
                case Endpoint.Tcp tcp -> {
                    return tcp.port();
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
