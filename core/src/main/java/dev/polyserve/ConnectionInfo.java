package dev.polyserve;

import java.net.SocketAddress;
import java.time.Duration;

/// What is known about a connection without taking part in it.
///
/// **Thread**: any. Counters may lag behind the owner by a turn.
public interface ConnectionInfo {
    /// A number that no other connection of this server has, counted from 1.
    long id();

    /// The other side. A Unix client without a name has an empty path.
    SocketAddress peer();

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
}
