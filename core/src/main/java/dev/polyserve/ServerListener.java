package dev.polyserve;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Receives the events of a server. Every method has an empty default; an exception is logged and affects no
/// connection.
///
/// **Thread**: the one where the event occurred (acceptor, handler or loop), several at once: be quick and thread-safe.
public interface ServerListener {
    /// A connection was accepted; its future accepts completion callbacks under every model.
    default void accepted(ConnectionFuture connection) {}

    /// A connection was rejected before its handler began.
    ///
    /// @param limit the limit that it would have exceeded; empty when a [ConnectionFilter] refused it
    default void rejected(ConnectionInfo connection, Optional<Limit> limit) {}

    /// A connection's handler is about to begin.
    default void opened(ConnectionInfo connection) {}

    /// A connection that was opened, or that failed before it could be, as in its TLS handshake, is over: called at most
    /// once per connection.
    default void closed(ConnectionInfo connection, Cause cause) {}

    /// A handler threw, before its [#closed]; also reported for [Handler#finish] and [Protocol#closed].
    default void failed(ConnectionInfo connection, Throwable error) {}

    /// A datagram's handler threw, or its reply could not be sent.
    default void datagramFailed(Endpoint endpoint, SocketAddress peer, Throwable error) {}

    /// A limit was reached; [ServerStats#reached] counts how often.
    default void limitReached(Limit limit) {}

    /// Accepting failed; the server tries again after the pause.
    default void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {}

    /// A listener cannot accept any more and was closed. When none is left, or an event loop has failed and with it all
    /// its listeners, the server stops.
    default void listenerDown(Endpoint endpoint, Throwable error) {}

    /// One turn of an event loop has taken longer than [Options.Timeouts#stall], and continues.
    ///
    /// @param loop its name
    /// @param soFar how long it has taken
    /// @param connection the connection that the turn serves, where that is known
    /// @param stack the stack trace of the loop's thread
    default void stalled(String loop, Duration soFar, Optional<ConnectionInfo> connection,
            List<StackTraceElement> stack) {}
}
