package dev.polyserve.io;

import dev.polyserve.conversation.ReadinessAtDeadline;

/// What a multiplexer watches for a [StreamSocket].
///
/// **Thread**: [#pending] any, [#peerGone] the owner.
public interface PollableStream extends Pollable {
    /// Whether the awaited readiness is there.
    ///
    /// @param toWrite whether the wait is for room, rather than for input
    default ReadinessAtDeadline pending(boolean toWrite) {
        return ReadinessAtDeadline.UNKNOWN;
    }

    /// Whether the system has reported that the peer is gone, though there may be bytes to read; false where it does
    /// not report that. Called only while nothing is written.
    default boolean peerGone() {
        return false;
    }
}
