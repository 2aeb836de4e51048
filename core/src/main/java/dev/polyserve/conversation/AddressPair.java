package dev.polyserve.conversation;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.TlsInfo;
import java.net.SocketAddress;
import java.util.Optional;

/// The two addresses of a connection, and what else is known of its peer. An implementation may create them on request:
/// an idle connection need not keep them.
///
/// **Thread**: any.
public interface AddressPair {
    /// The peer's address; an unnamed Unix client has an empty path.
    SocketAddress peer();

    SocketAddress local();

    /// As [ConnectionInfo#peerCredentials].
    default Optional<ConnectionInfo.Credentials> peerCredentials() {
        return Optional.empty();
    }

    /// As [ConnectionInfo#proxied].
    default Optional<ConnectionInfo.Proxied> proxied() {
        return Optional.empty();
    }

    /// As [ConnectionInfo#tls].
    default Optional<TlsInfo> negotiated() {
        return Optional.empty();
    }

    /// A pair of two known addresses.
    static AddressPair of(SocketAddress peer, SocketAddress local) {
        return new Known(peer, local);
    }

    /// Two addresses.
    ///
    /// @param peer the peer's address
    /// @param local the local address
    record Known(SocketAddress peer, SocketAddress local) implements AddressPair {}
}
