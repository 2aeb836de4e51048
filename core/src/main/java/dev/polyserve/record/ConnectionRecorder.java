package dev.polyserve.record;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;

/// Receives what the connections of a server do, beyond the events of a [dev.polyserve.ServerListener]: a listener of a
/// server that implements this interface, too, records. In a server with worker processes it records in each of them, what
/// happens there.
///
/// ```
///   opened ─▶ its code runs ──waits──▶ waiting ──resumes──▶ its code runs … ─▶ closed
/// ```
///
/// **Thread**: the one that serves the connection, or that hands its loop off; several at once. Nothing may wait in it, and
/// nothing be thrown: it is called by event loops.
public interface ConnectionRecorder {
    /// A wait begins.
    ///
    /// @param limit the limit of the wait, as in [ConnectionInfo#waitingFor]
    void waits(ConnectionInfo connection, Limit limit);

    /// The wait is over: the connection's code runs, or the library's code for it.
    void resumes(ConnectionInfo connection);

    /// The connection has received bytes.
    void received(ConnectionInfo connection, long bytes);

    /// The kernel has accepted bytes of the connection.
    void sent(ConnectionInfo connection, long bytes);

    /// Another thread goes on with the loop, because the connection's handler occupies the one that the loop had.
    ///
    /// @param loop the name of the loop
    /// @param reason why, in one word
    void handedOff(ConnectionInfo connection, String loop, String reason);
}
