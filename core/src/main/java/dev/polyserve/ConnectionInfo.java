package dev.polyserve;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/// What is known about a connection, without access to its data.
///
/// **Thread**: any. Counters may lag behind the owner by one turn.
public interface ConnectionInfo {
    /// A number unique among the connections of this server, counted from 1.
    long id();

    /// The peer's address. A Unix client without a name has an empty path.
    SocketAddress peer();

    /// The credentials of the peer of a Unix connection; empty for TCP.
    ///
    /// @throws UnsupportedOperationException for a Unix connection under a model that does not use descriptors: the
    ///     JDK's channels report names and no numbers
    Optional<Credentials> peerCredentials();

    /// The server's address.
    SocketAddress local();

    /// The listener that the connection came through, with its real port.
    Endpoint endpoint();

    /// Bytes received so far.
    long bytesIn();

    /// Bytes sent so far.
    long bytesOut();

    /// Time since it was accepted.
    Duration age();

    /// How the [Command] that served it has ended; empty before that, and for connections without a command.
    default Optional<Command.Exit> exit() {
        return Optional.empty();
    }

    /// The peer process as the kernel recorded it at connect time (SO_PEERCRED), not as the peer claims.
    ///
    /// @param pid its process id; 0 when it is not visible here, as from within a container; by now another process may
    ///     have this id
    /// @param uid its effective user
    /// @param gid its effective group
    record Credentials(int pid, long uid, long gid) {}
}
