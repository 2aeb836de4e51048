package dev.polyserve.conversation;

import dev.polyserve.ConnectionInfo;
import java.net.SocketAddress;
import java.util.Optional;

/// The two sides of a connection. Whoever knows them may make the addresses when they are asked for: an idle connection
/// need not keep them.
///
/// **Thread**: any.
public interface EndpointPair {
    /// The other side; an unnamed Unix client has an empty path.
    SocketAddress peer();

    /// Our side.
    SocketAddress local();

    /// As [ConnectionInfo#peerCredentials].
    default Optional<ConnectionInfo.Credentials> peerCredentials() {
        return Optional.empty();
    }

    /// Two addresses that are known.
    static EndpointPair of(SocketAddress peer, SocketAddress local) {
        return new Known(peer, local);
    }

    /// Two addresses.
    ///
    /// @param peer the other side
    /// @param local our side
    record Known(SocketAddress peer, SocketAddress local) implements EndpointPair {}
}
