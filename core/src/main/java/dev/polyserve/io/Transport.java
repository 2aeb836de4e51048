package dev.polyserve.io;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import java.io.IOException;

/// A family of sockets: how endpoints become listeners and ports.
public interface Transport {
    /// Binds and listens.
    ///
    /// @throws IOException naming the endpoint and what is wrong; nothing stays bound
    Listener listen(Endpoint endpoint, Options.Sockets options) throws IOException;

    /// Binds a datagram endpoint.
    ///
    /// @throws IOException naming the endpoint and what is wrong; nothing stays bound
    DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException;
}
