package dev.polyserve;

/// Why a connection ended: reported exactly once per connection, as its last event.
public sealed interface Cause {
    /// The conversation ended normally.
    ///
    /// @param byPeer whether the peer ended first (end of input), rather than the handler
    record Done(boolean byPeer) implements Cause {}

    /// The peer was gone: a reset, or a write to a closed connection.
    ///
    /// @param detail the system's error text
    record PeerReset(String detail) implements Cause {}

    /// A wait took longer than its limit.
    ///
    /// @param limit which one
    record TimedOut(Limit limit) implements Cause {}

    /// The connection exceeded a limit.
    ///
    /// @param limit which one
    record LimitReached(Limit limit) implements Cause {}

    /// The handler threw.
    ///
    /// @param error what it threw
    record Failed(Throwable error) implements Cause {}

    /// The server ended it: it stopped, rejected or aborted the connection.
    record Stopped() implements Cause {}

    /// The side that ended the connection: `client`, `server`, `timeout` or `limit`, as in the access line.
    default String endedBy() {
        return switch (this) {
            case Done done -> done.byPeer() ? "client" : "server";
            case PeerReset _ -> "client";
            case TimedOut _ -> "timeout";
            case LimitReached _ -> "limit";
            case Failed _, Stopped _ -> "server";
        };
    }

    /// The cause as one short phrase, without [#endedBy]: `done`, `reset`, `timed out: idle` …
    default String phrase() {
        return switch (this) {
            case Done _ -> "done";
            case PeerReset _ -> "reset";
            case TimedOut timedOut -> "timed out: " + timedOut.limit().label();
            case LimitReached reached -> "limit: " + reached.limit().label();
            case Failed failed -> "failed: " + failed.error();
            case Stopped _ -> "stopped";
        };
    }
}
