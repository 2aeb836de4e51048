package dev.polyserve.conversation;

/// What a [ProtocolConversation] may ask of whoever drives it on an event loop.
///
/// **Thread**: any, but for [#pool].
public interface ProtocolDriver {
    /// The pool for the connection's buffers.
    BufferPool pool();

    /// Others have queued output: come and take it.
    void wake();

    /// Closing the socket sends a reset, where the protocol has one. **Thread**: the owner.
    default void resetOnClose() {
        // What drives without a socket has no peer that would see it.
    }

    /// The connection is to end now; its cause is settled.
    void shutdown();

    /// The conversation will never begin: the socket is to be closed.
    void discard();

    /// Whether what the conversation waits for is there. **Thread**: the watcher's.
    ///
    /// @param toWrite whether it waits for room, rather than for input
    default ReadinessCheck pending(boolean toWrite) {
        return ReadinessCheck.NO;
    }

    /// The connection's input is to end, though the peer goes on.
    void cutInput();

    /// When a wait that begins now does so. Whoever counts time in turns need not look at the clock: it may say when the
    /// turn began, and if that turn takes long, tell better with [Conversation#waitsSince].
    default long waitBeginsNanos(Conversation waiting, NanoClock clock) {
        return clock.nanos();
    }
}
