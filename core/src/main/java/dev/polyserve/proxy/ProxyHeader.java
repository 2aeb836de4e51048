package dev.polyserve.proxy;

import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;

/// A whole PROXY header.
///
/// @param version 1 or 2
/// @param command whether it describes a proxied connection
/// @param route the addresses of the proxied connection; empty if the real ones hold
/// @param fields the extensions that it carries (version 2), in their order, without padding and checksum
public record ProxyHeader(int version, Command command, Optional<Route> route, ProxyTlvs fields) {
    /// What the header describes.
    public enum Command {
        /// A connection of the proxy's own, for example a health check: the real addresses hold.
        LOCAL,
        /// A connection that the proxy forwards.
        PROXY
    }

    /// The addresses of a proxied connection, as the proxy accepted it.
    ///
    /// @param source the client
    /// @param destination the address that the client connected to
    public record Route(SocketAddress source, SocketAddress destination) {}

    static ProxyHeader withoutRoute(int version, Command command) {
        return new ProxyHeader(version, command, Optional.empty(), new ProxyTlvs(List.of()));
    }
}
