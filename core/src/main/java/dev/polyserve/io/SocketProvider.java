package dev.polyserve.io;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A family of sockets: it opens listeners and datagram ports for endpoints.
public interface SocketProvider {
    /// Binds and listens.
    ///
    /// @throws IOException with the endpoint and the reason; nothing stays bound
    Listener listen(Endpoint endpoint, Options.Sockets options) throws IOException;

    /// The sockets that an endpoint denotes: itself, one for each address of its host, or those inherited under its
    /// name.
    ///
    /// @throws IOException with the endpoint and the reason
    default List<Place> places(Endpoint endpoint) throws IOException {
        return HostResolver.each(endpoint).stream().map(one -> new Place(one, one.datagram())).toList();
    }

    /// Forgets a socket that was opened here and closed again before it was served.
    ///
    /// @param real its endpoint
    default void withdraw(Endpoint real) {
        // Only a family that numbers its sockets keeps a record of them.
    }

    /// Binds a datagram endpoint.
    ///
    /// @throws IOException with the endpoint and the reason; nothing stays bound
    DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException;

    /// Opens a socket for an outgoing connection, which is not yet begun.
    ///
    /// @param peer an address of TCP, or the path of a Unix socket; one that begins with `@` is an abstract name
    /// @param local an address of this machine, of the same family, to connect from; null: the system chooses it
    /// @throws IOException with the reason; nothing stays open
    ConnectableSocket connecting(SocketAddress peer, @Nullable InetAddress local, Options.Sockets options)
            throws IOException;

    /// One socket to open.
    ///
    /// @param endpoint for [#listen] or [#bind]
    /// @param datagram whether it is for [#bind]
    record Place(Endpoint endpoint, boolean datagram) {
        /// The same with another port, where it has one.
        public Place withPort(int port) {
            return new Place(switch (endpoint) {
                case Endpoint.Tcp tcp -> new Endpoint.Tcp(tcp.host(), port);
                case Endpoint.Tls tls -> new Endpoint.Tls(tls.host(), port);
                case Endpoint.Udp udp -> new Endpoint.Udp(udp.host(), port);
                case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> endpoint;
            }, datagram);
        }

        /// Its port; -1 where it has none.
        public int port() {
            return switch (endpoint) {
                case Endpoint.Tcp tcp -> tcp.port();
                case Endpoint.Tls tls -> tls.port();
                case Endpoint.Udp udp -> udp.port();
                case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> -1;
            };
        }
    }
}
