package dev.polyserve;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/// What is known about a connection without taking part in it.
///
/// **Thread**: any. Counters may lag behind the owner by a turn.
public interface ConnectionInfo {
    /// A number that no other connection of this server has, counted from 1.
    long id();

    /// The other side. A Unix client without a name has an empty path.
    SocketAddress peer();

    /// Who has connected to a Unix endpoint; empty for TCP.
    ///
    /// @throws UnsupportedOperationException for a Unix connection under a model that is not on descriptors: the JDK's channels
    ///         tell names and no numbers
    Optional<Credentials> peerCredentials();

    /// Our side.
    SocketAddress local();

    /// The listener that the connection came through, with its real port.
    Endpoint endpoint();

    /// Bytes received so far.
    long bytesIn();

    /// Bytes sent so far.
    long bytesOut();

    /// Time since it was accepted.
    Duration age();

    /// How the [Command] has ended that served it; empty before, and for connections that were served otherwise.
    default Optional<Command.Exit> exit() {
        return Optional.empty();
    }

    /// A process as the kernel knew it when it connected (SO_PEERCRED): not a claim of its own.
    ///
    /// @param pid its number, 0 when it cannot be seen from here, as from within a container; another process may have it by now
    /// @param uid its effective user
    /// @param gid its effective group
    record Credentials(int pid, long uid, long gid) {}
}
