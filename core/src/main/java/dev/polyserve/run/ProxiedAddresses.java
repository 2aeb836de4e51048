package dev.polyserve.run;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.proxy.ProxyTlvs;
import dev.polyserve.proxy.ProxyHeader;
import dev.polyserve.proxy.ProxySslTlv;
import java.net.SocketAddress;
import java.util.Optional;

/// The addresses of a connection that a load balancer forwards, as its PROXY header names them.
///
/// **Thread**: any.
///
/// @param header the header
/// @param route the addresses in it
/// @param sender the real peer
/// @param receiver the real local address
public record ProxiedAddresses(ProxyHeader header, ProxyHeader.Route route, SocketAddress sender,
        SocketAddress receiver)
        implements
            AddressPair,
            ConnectionInfo.Proxied {
    /// The addresses of the connection: those of the header, or the real ones if it names none.
    public static AddressPair of(ProxyHeader header, AddressPair real) {
        return header.route().<AddressPair>map(
                route -> new ProxiedAddresses(header, route, real.peer(), real.local())).orElse(real);
    }

    private ProxyTlvs fields() {
        return header.fields();
    }

    @Override
    public SocketAddress peer() {
        return route.source();
    }

    @Override
    public SocketAddress local() {
        return route.destination();
    }

    @Override
    public Optional<ConnectionInfo.Proxied> proxied() {
        return Optional.of(this);
    }

    @Override
    public Optional<String> authority() {
        return fields().authority();
    }

    @Override
    public Optional<String> alpn() {
        return fields().alpn();
    }

    @Override
    public Optional<byte[]> field(int type) {
        return fields().first(type).map(ProxyTlvs.Field::value);
    }

    @Override
    public Optional<ConnectionInfo.ProxiedTls> tls() {
        return fields().ssl().filter(ProxySslTlv::overTls).map(ssl -> ssl);
    }
}
