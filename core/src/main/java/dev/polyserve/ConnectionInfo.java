package dev.polyserve;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/// What is known about a connection, without access to its data.
///
/// **Thread**: any. Counters may lag behind the owner by one turn.
public interface ConnectionInfo {
    /// A number unique among the connections of this server, counted from 1; outgoing connections have numbers of their own.
    long id();

    /// The peer's address. A Unix client without a name has an empty path.
    SocketAddress peer();

    /// The credentials of the peer of a Unix connection; empty for TCP.
    ///
    /// @throws UnsupportedOperationException for a Unix connection under a model that does not use descriptors: the
    ///     JDK's channels report names and no numbers
    Optional<Credentials> peerCredentials();

    /// What was negotiated with the peer, on a TLS connection; empty for others, and in the supervisor of worker
    /// processes, which do the TLS.
    default Optional<TlsInfo> tls() {
        return Optional.empty();
    }

    /// The server's address.
    SocketAddress local();

    /// The listener that the connection came through, with its real port; of an outgoing connection, where it goes to.
    Endpoint endpoint();

    /// What a load balancer said about the connection in its PROXY header. [#peer] and [#local] are then the addresses
    /// that the header names. Empty without a header, and with one that names none.
    default Optional<Proxied> proxied() {
        return Optional.empty();
    }

    /// Bytes received so far.
    long bytesIn();

    /// Bytes sent so far.
    long bytesOut();

    /// Time since it was accepted, or begun.
    Duration age();

    /// The limit of the wait that it is in: [Limit#IDLE] and [Limit#FIRST_BYTE] while it waits for input,
    /// [Limit#WRITE_STALL] while its peer takes nothing, [Limit#TLS_HANDSHAKE] before it begins. Empty while its handler
    /// runs code of its own, and in the supervisor of worker processes.
    default Optional<Limit> waitingFor() {
        return Optional.empty();
    }

    /// How the [InetdCommand] that served it has ended; empty before that, and for connections without a command.
    default Optional<InetdCommand.Exit> exit() {
        return Optional.empty();
    }

    /// The peer process as the kernel recorded it at connect time (SO_PEERCRED), not as the peer claims.
    ///
    /// @param pid its process id; 0 when it is not visible here, as from within a container; by now another process may
    ///     have this id
    /// @param uid its effective user
    /// @param gid its effective group
    record Credentials(int pid, long uid, long gid) {}

    /// What the PROXY header of a connection says, besides its two addresses.
    interface Proxied {
        /// The real peer: the load balancer.
        SocketAddress sender();

        /// The real local address.
        SocketAddress receiver();

        /// The host name that the client asked for.
        Optional<String> authority();

        /// The application protocol that the client and the load balancer negotiated (ALPN).
        Optional<String> alpn();

        /// The value of a field of this type, for example 5 for the unique id; 0 to 255.
        Optional<byte[]> field(int type);

        /// The client's TLS connection to the load balancer; empty if it had none.
        Optional<ProxiedTls> tls();
    }

    /// A client's TLS connection, as a PROXY header describes it.
    interface ProxiedTls {
        /// The version, for example `TLSv1.3`.
        Optional<String> version();

        /// The cipher suite.
        Optional<String> cipher();

        /// The common name in the client's certificate.
        Optional<String> commonName();

        /// Whether the client showed a certificate that the load balancer has verified.
        boolean verified();
    }
}
