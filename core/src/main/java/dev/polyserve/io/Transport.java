package dev.polyserve.io;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import java.io.IOException;
import java.util.List;

/// A family of sockets: how endpoints become listeners and ports.
public interface Transport {
    /// Binds and listens.
    ///
    /// @throws IOException naming the endpoint and what is wrong; nothing stays bound
    Listener listen(Endpoint endpoint, Options.Sockets options) throws IOException;

    /// The sockets that an endpoint stands for: itself, or whatever was inherited under its name.
    ///
    /// @throws IOException naming the endpoint and what is wrong
    default List<Place> places(Endpoint endpoint) throws IOException {
        return List.of(new Place(endpoint, endpoint.datagram()));
    }

    /// Binds a datagram endpoint.
    ///
    /// @throws IOException naming the endpoint and what is wrong; nothing stays bound
    DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException;

    /// One socket to open.
    ///
    /// @param endpoint for [#listen] or [#bind]
    /// @param datagram whether it is for [#bind]
    record Place(Endpoint endpoint, boolean datagram) {}
}
