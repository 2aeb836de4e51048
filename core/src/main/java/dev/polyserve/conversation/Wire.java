package dev.polyserve.conversation;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The one seam by which a waiting handler reads, writes and waits: the only place that knows how to wait.
///
/// A blocked thread, a coroutine of an event loop, a completion ring and a script in a test each have one.
///
/// **Thread**: the owner; [#shutdown], [#cutInput] and [#beside] any. Output may come from a sender's thread instead, never from both at once.
public interface Wire extends LingeringClose.Peer {
    /// What [#read] returns at the end of input.
    int END = -1;
    /// What [#read] returns when the time given was not enough.
    int TIMED_OUT = -2;

    /// What [#unacknowledged] returns when the system does not tell.
    int UNKNOWN = -1;

    /// Waits for bytes and puts at least one into the buffer.
    ///
    /// @param atMostNanos how long to wait, [ServerContext#FOREVER_NANOS] when only the server's limits hold
    /// @return how many, [#END] or [#TIMED_OUT]
    int read(InputBuffer into, long atMostNanos) throws IOException;

    /// Sends what the system takes without waiting. A wire that cannot tell whether it would wait sends nothing.
    default void writeAtOnce(ByteBuffer bytes) throws IOException {
        // write is for the rest, and that is all.
    }

    /// Sends all remaining bytes, waiting while the peer does not take them.
    void write(ByteBuffer bytes) throws IOException;

    /// Ends our side of the connection: the peer sees the end of input.
    void endOutput() throws IOException;

    /// Closes the connection and releases what it holds.
    ///
    /// @param unread whether the peer may have sent what nobody read: it is thrown away first, because the system would
    ///         answer it with a reset, which destroys our last bytes on their way
    void close(boolean unread) throws IOException;

    /// Waits, before our side is ended, until the peer has acknowledged nearly everything, on a wire that cannot tell afterwards. **Thread**: the
    /// owner.
    default void awaitAcknowledged() throws IOException {
        // Afterwards is soon enough.
    }

    @Override
    default int discard(long atMostNanos) throws IOException {
        return END;
    }

    @Override
    default int unacknowledged() throws IOException {
        return 0;
    }

    /// Whether what the owner waits for is there. **Thread**: any.
    ///
    /// @param toWrite whether it waits for room, rather than for input
    default ReadinessCheck pending(boolean toWrite) {
        return ReadinessCheck.NO;
    }

    /// Makes [#close] send a reset, where the protocol has one, instead of an end.
    default void resetOnClose() {
        // A wire without a system below it has no peer that would see it.
    }

    /// Whether the system has told that the peer is gone, though there may be bytes to read: as [dev.polyserve.Connection#peerGone].
    /// Asked while nothing is written.
    default boolean peerGone() {
        return false;
    }

    /// Wakes the owner out of every wait, for good: reads see the end, writes fail.
    void shutdown();

    /// Lets reads see the end from now on, and wakes one that waits; output goes on.
    void cutInput();

    /// Runs a task that may wait, at the side of the owner: it sends what others have queued.
    void beside(Runnable task);

    /// The pool for the connection's buffers.
    BufferPool pool();

    /// When a wait that begins now does so. Whoever counts time in turns need not look at the clock: it may say when the
    /// turn began, and if that turn takes long, tell better with [Conversation#waitsSince].
    default long waitBeginsNanos(Conversation waiting, NanoClock clock) {
        return clock.nanos();
    }
}
