package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.Engine;
import dev.polyserve.io.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a server opens.
final class Places {
    private Places() {}

    /// All sockets of its endpoints, of which none is open yet.
    ///
    /// @throws IllegalStateException when there is one that nothing serves
    static List<Transport.Place> of(Engine.Setup setup, Transport transport) throws IOException {
        List<Transport.Place> places = new ArrayList<>();
        for (Endpoint endpoint : setup.endpoints()) {
            for (Transport.Place place : transport.places(endpoint)) {
                if (place.datagram() ? setup.datagrams() == null : setup.streams() == null) {
                    throw new IllegalStateException("nothing serves " + place.endpoint() + ": give the server "
                            + (place.datagram() ? "datagrams(…)" : "handle(…) or protocol(…)"));
                }
                places.add(place);
            }
        }
        return places;
    }
}
