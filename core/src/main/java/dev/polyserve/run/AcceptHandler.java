package dev.polyserve.run;

import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;

/// Receives the sockets that an [Acceptor] accepts.
///
/// **Thread**: the accept loop's.
interface AcceptHandler {
    /// Whether one more connection may be accepted now. If not, all acceptors are armed again as soon as one may.
    boolean hasRoom();

    /// Takes ownership of a socket, and closes it in the end.
    void take(StreamSocket socket, Listener listener);
}
