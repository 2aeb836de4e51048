package dev.polyserve.run;

import dev.polyserve.Client;
import dev.polyserve.Endpoint;
import dev.polyserve.io.NameLookup;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Finds the addresses of the server that a client connects to.
///
/// **Thread**: any; a look-up waits.
///
/// @param lookup resolves names
record OutgoingAddressResolver(Lookup lookup) {
    /// By the system's resolver, beside the event loops.
    static final OutgoingAddressResolver OF_THE_SYSTEM = new OutgoingAddressResolver(NameLookup::addresses);

    /// Resolves a name.
    @FunctionalInterface
    interface Lookup {
        /// The addresses in the order of the attempts, at least one.
        List<InetAddress> addresses(String host, Duration atMost) throws IOException, InterruptedException;
    }

    /// The addresses in the order of the attempts, at least one.
    ///
    /// @throws IOException with the reason and the remedy, without the endpoint
    /// @throws InterruptedIOException when the thread is interrupted
    /// @throws IllegalArgumentException for an endpoint that has no connections
    List<SocketAddress> of(Client to, long atMostNanos) throws IOException {
        return switch (to.endpoint()) {
            case Endpoint.Tcp tcp -> lookedUp(to, tcp, atMostNanos);
            case Endpoint.Tls tls -> lookedUp(to, tls.tcp(), atMostNanos);
            case Endpoint.Unix unix -> List.of(UnixDomainSocketAddress.of(unix.path()));
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new IllegalArgumentException("cannot connect to " + to.endpoint()
                        + ": use tcp://host:port, tls://host:port or unix:/path");
        };
    }

    /// The host to connect to: all addresses of a machine stand for this machine.
    static String host(Endpoint.Tcp tcp) {
        return tcp.host().equals("*") ? "localhost" : tcp.host();
    }

    private List<SocketAddress> lookedUp(Client to, Endpoint.Tcp tcp, long atMostNanos) throws IOException {
        List<InetAddress> found;
        try {
            found = lookup.addresses(host(tcp), Duration.ofNanos(Math.max(0, atMostNanos)));
        } catch (InterruptedException e) {
            throw interrupted(to.endpoint());
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "; check the name", e);
        }
        Optional<InetAddress> local = to.localAddress();
        List<SocketAddress> usable = found.stream()
                .filter(address -> local.isEmpty() || local.get().getClass().equals(address.getClass()))
                .<SocketAddress>map(address -> new InetSocketAddress(address, tcp.port())).toList();
        if (usable.isEmpty()) {
            throw new IOException("none of its addresses has the family of the local address "
                    + local.map(InetAddress::getHostAddress).orElse("") + "; take a local address of the other family");
        }
        return usable;
    }

    static InterruptedIOException interrupted(Endpoint endpoint) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while connecting to " + endpoint);
    }
}
