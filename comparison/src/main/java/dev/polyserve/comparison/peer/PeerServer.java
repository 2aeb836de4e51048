package dev.polyserve.comparison.peer;

import java.net.InetSocketAddress;

/// A peer. One that echoes sends back every byte that a client sends, and closes after the last one; one that speaks RESP
/// answers `PING`, `SET` and `GET` from memory.
interface PeerServer {
    /// How many connections may wait for being accepted; the same for all peers and for our own servers.
    int BACKLOG = 4096;

    /// Serves until the process ends: returns only by an exception.
    void serve(InetSocketAddress address) throws Exception;
}
