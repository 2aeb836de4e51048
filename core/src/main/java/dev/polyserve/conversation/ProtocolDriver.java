package dev.polyserve.conversation;

/// The operations that a [ProtocolConversation] needs from its driver on an event loop.
///
/// **Thread**: any, but for [#pool].
public interface ProtocolDriver {
    /// The pool for the connection's buffers.
    BufferPool pool();

    /// Wakes the owner, which takes the output that senders have queued.
    void wake();

    /// Makes closing the socket send a reset, where the protocol has one. **Thread**: the owner.
    default void resetOnClose() {
        // Without a socket there is no peer that could see it.
    }

    /// Ends the connection now; its cause is settled.
    void shutdown();

    /// Closes the socket of a conversation that will never begin.
    void discard();

    /// Whether the awaited readiness is there. **Thread**: the monitor's.
    ///
    /// @param toWrite whether it waits for room, rather than for input
    default ReadinessCheck pending(boolean toWrite) {
        return ReadinessCheck.NO;
    }

    /// Ends the connection's input, though the peer may continue to send.
    void cutInput();

    /// The begin time of a wait that begins now. A driver that measures time in turns need not read the clock: it may
    /// return the begin of its turn, and correct it with [Conversation#waitsSince] if that turn takes long.
    default long waitBeginsNanos(Conversation waiting, NanoClock clock) {
        return clock.nanos();
    }
}
