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

    /// The sockets that an endpoint stands for: itself, one for each address of its host, or whatever was inherited under its name.
    ///
    /// @throws IOException naming the endpoint and what is wrong
    default List<Place> places(Endpoint endpoint) throws IOException {
        return HostResolver.each(endpoint).stream().map(one -> new Place(one, one.datagram())).toList();
    }

    /// A socket that was opened here was closed again before it was served.
    ///
    /// @param real where it was
    default void withdraw(Endpoint real) {
        // Only a family that numbers its sockets remembers them.
    }

    /// Binds a datagram endpoint.
    ///
    /// @throws IOException naming the endpoint and what is wrong; nothing stays bound
    DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException;

    /// One socket to open.
    ///
    /// @param endpoint for [#listen] or [#bind]
    /// @param datagram whether it is for [#bind]
    record Place(Endpoint endpoint, boolean datagram) {
        /// The same with another port, where it has one.
        public Place withPort(int port) {
            return new Place(switch (endpoint) {
                case Endpoint.Tcp tcp -> new Endpoint.Tcp(tcp.host(), port);
                case Endpoint.Udp udp -> new Endpoint.Udp(udp.host(), port);
                case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> endpoint;
            }, datagram);
        }

        /// Its port; -1 where it has none.
        public int port() {
            return switch (endpoint) {
                case Endpoint.Tcp tcp -> tcp.port();
                case Endpoint.Udp udp -> udp.port();
                case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> -1;
            };
        }
    }
}
