package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// Resolves the hosts of endpoints, for every family of sockets alike.
public final class HostResolver {
    private static final String EVERY = "*";

    private HostResolver() {}

    /// Whether the host denotes every address.
    public static boolean isEvery(String host) {
        return host.equals(EVERY);
    }

    /// Whether a host, as written, denotes every address, of IPv4 alone or of both.
    public static boolean isWildcard(String host) {
        if (isEvery(host)) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isAnyLocalAddress();
        } catch (IllegalArgumentException e) {
            return false; // a name
        }
    }

    /// Whether a host is written as a name, which may have several addresses.
    public static boolean isName(String host) {
        if (isEvery(host)) {
            return false;
        }
        try {
            InetAddress literal = InetAddress.ofLiteral(host);
            assert literal.getAddress().length > 0;
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    /// The endpoints that an endpoint denotes: one for each address of a name that has several, otherwise itself.
    ///
    /// @throws IOException with the endpoint, when the host is unknown
    public static List<Endpoint> each(Endpoint endpoint) throws IOException {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> each(tcp, tcp.host(), address -> new Endpoint.Tcp(address, tcp.port()));
            case Endpoint.Tls tls -> each(tls, tls.host(), address -> new Endpoint.Tls(address, tls.port()));
            case Endpoint.Udp udp -> each(udp, udp.host(), address -> new Endpoint.Udp(address, udp.port()));
            case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> List.of(endpoint);
        };
    }

    private static List<Endpoint> each(Endpoint endpoint, String host, Function<String, Endpoint> at)
            throws IOException {
        if (!isName(host)) {
            return List.of(endpoint);
        }
        try {
            List<Endpoint> each = Stream.of(InetAddress.getAllByName(host)).map(address -> Endpoint.textOf(address))
                    .distinct()
                    .map(at).toList();
            return each.size() > 1 ? each : List.of(endpoint);
        } catch (UnknownHostException e) {
            throw notKnown(endpoint, host, e);
        }
    }

    /// The address to bind.
    ///
    /// @throws IOException with the endpoint, when the host is unknown
    public static InetSocketAddress resolve(Endpoint endpoint, String host, int port) throws IOException {
        if (isEvery(host)) {
            return new InetSocketAddress(port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw notKnown(endpoint, host, e);
        }
    }

    private static IOException notKnown(Endpoint endpoint, String host, UnknownHostException cause) {
        return new IOException("cannot listen at " + endpoint + ": the host '" + host + "' is not known", cause);
    }
}
