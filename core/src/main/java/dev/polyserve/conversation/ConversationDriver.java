package dev.polyserve.conversation;

/// What a conversation needs of its driver besides the bytes: buffers, time, and control from other threads.
///
/// A connection with a thread, or a coroutine, is a [Wire], too. One whose system can report what the peer has
/// acknowledged is a [KernelSendQueue].
///
/// **Thread**: any, but [#pool], [#waitBeginsNanos] and [#resetOnClose] the owner.
public interface ConversationDriver {
    /// The pool for the connection's buffers.
    BufferPool pool();

    /// The begin time of a wait that begins now. A connection that measures time in turns need not read the clock: it
    /// may return the begin of its turn, and correct it with [Conversation#waitsSince] if that turn takes long.
    default long waitBeginsNanos(Conversation waiting, NanoClock clock) {
        return clock.nanos();
    }

    /// Runs, soon, the task that sends the messages of senders: in a turn of the loop that drives the connection, or
    /// beside an owner that may be waiting. Only in the second case may the task wait.
    void runSender(Runnable task);

    /// Whether the awaited readiness is there.
    ///
    /// @param toWrite whether the owner waits for room, rather than for input
    default ReadinessAtDeadline pending(boolean toWrite) {
        return ReadinessAtDeadline.NO;
    }

    /// Makes closing the socket send a reset, where the protocol has one, instead of an end.
    default void resetOnClose() {
        // Without a system below there is no peer that could see it.
    }

    /// Makes reads return the end from now on, and wakes a waiting one, though the peer may continue to send; output
    /// continues.
    void cutInput();

    /// Ends the connection for good; its cause is settled. The owner is woken out of every wait, and no read or write
    /// succeeds any more. The socket of a conversation that has not begun, and never will, is closed.
    void shutdown();
}
