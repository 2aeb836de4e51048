package dev.polyserve;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Hears what happens in a server. Every method has an empty default; what one throws is logged and harms nobody.
///
/// **Thread**: the one where it happened (acceptor, handler or loop), several at once: be quick and thread-safe.
public interface ServerListener {
    /// A connection was accepted; its future takes done callbacks under every model.
    default void accepted(ConnectionFuture connection) {}

    /// A connection was turned away before its handler began.
    ///
    /// @param limit the limit that it would have passed; empty when a [ConnectionFilter] refused it
    default void rejected(ConnectionInfo connection, Optional<Limit> limit) {}

    /// A connection's handler is about to begin.
    default void opened(ConnectionInfo connection) {}

    /// A connection that was opened is over: exactly once each.
    default void closed(ConnectionInfo connection, Cause cause) {}

    /// A handler threw, before its [#closed]; also what [Handler#finish] or [Protocol#closed] throws.
    default void failed(ConnectionInfo connection, Throwable error) {}

    /// A datagram's handler threw, or its reply could not be sent.
    default void datagramFailed(Endpoint endpoint, SocketAddress peer, Throwable error) {}

    /// A limit was reached; [ServerStats#reached] counts.
    default void limitReached(Limit limit) {}

    /// Accepting failed; it is tried again after the pause.
    default void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {}

    /// A listener cannot accept any more and was given up. When none is left, or an event loop has failed, which gives up
    /// all of them, the server stops.
    default void listenerDown(Endpoint endpoint, Throwable error) {}

    /// One turn of an event loop has taken longer than [Options.Timeouts#stall], and goes on.
    ///
    /// @param loop its name
    /// @param soFar how long it has taken
    /// @param connection whom it serves, where that is known
    /// @param stack what it is doing
    default void stalled(String loop, Duration soFar, Optional<ConnectionInfo> connection,
            List<StackTraceElement> stack) {}
}
