package dev.polyserve.conversation;

import dev.polyserve.Options;

/// The wire of a connection that consists of datagrams: a read returns the bytes of one, and a write sends one.
///
/// What a codec, or [dev.polyserve.Output#writeLine], writes in several pieces is composed first, and sent as one datagram.
///
/// **Thread**: as [Wire] and [ConversationDriver].
public abstract class DatagramWire implements Wire, ConversationDriver {
    private boolean composing;

    /// Creates a wire.
    protected DatagramWire() {}

    /// Whether the owner writes the pieces of one datagram now. **Thread**: the owner.
    final boolean isComposing() {
        return composing;
    }

    /// Begins a datagram of several pieces, or ends it. **Thread**: the owner.
    final void composing(boolean now) {
        composing = now;
    }

    /// Refuses what no datagram can carry.
    static void requireLength(long bytes) {
        if (bytes > Options.Limits.MAX_DATAGRAM_BYTES) {
            throw new IllegalArgumentException("a write of " + bytes + " bytes, where a datagram has "
                    + Options.Limits.MAX_DATAGRAM_BYTES + " at most");
        }
    }
}
