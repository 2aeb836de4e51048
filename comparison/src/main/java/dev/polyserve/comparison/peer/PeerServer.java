package dev.polyserve.comparison.peer;

import java.net.InetSocketAddress;

/// A server other than Polyserve in the comparison. An echo peer, over TCP or TLS, returns every byte and closes the
/// connection after the last one; a RESP peer answers `PING`, `SET` and `GET` from memory.
interface PeerServer {
    /// The accept backlog; the same for all peers and for Polyserve.
    int BACKLOG = 4096;

    /// Serves until the process ends; returns only by an exception.
    void serve(InetSocketAddress address) throws Exception;
}
