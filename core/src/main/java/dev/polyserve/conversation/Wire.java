package dev.polyserve.conversation;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The operations by which a sequential handler reads, writes and waits: the only code that knows how to wait.
///
/// A blocked thread, a coroutine of an event loop, a completion ring and a script in a test each have an
/// implementation.
///
/// **Thread**: the owner; [#shutdown], [#cutInput] and [#beside] any. Output may come from a sender's thread instead,
/// never from both at once.
public interface Wire extends LingeringClose.Peer {
    /// What [#read] returns at the end of input.
    int END = -1;
    /// What [#read] returns when the time was not enough.
    int TIMED_OUT = -2;

    /// What [#unacknowledged] returns when the system does not report it.
    int UNKNOWN = -1;

    /// Waits for bytes and puts at least one into the buffer.
    ///
    /// @param atMostNanos how long to wait, [ServerContext#FOREVER_NANOS] when only the server's limits apply
    /// @return how many, [#END] or [#TIMED_OUT]
    int read(InputBuffer into, long atMostNanos) throws IOException;

    /// Sends what the kernel accepts without waiting. A wire that cannot know whether it would wait sends nothing.
    default void writeAtOnce(ByteBuffer bytes) throws IOException {
        // The write that follows sends everything.
    }

    /// Sends all remaining bytes, waiting while the peer does not take them.
    void write(ByteBuffer bytes) throws IOException;

    /// Ends the output: the peer reads the end of input.
    void endOutput() throws IOException;

    /// Closes the connection and releases what it holds.
    ///
    /// @param unread whether the peer may have sent bytes that were not read: they are discarded first, because the
    ///     system would answer them with a reset, which destroys our last bytes on their way
    void close(boolean unread) throws IOException;

    /// Waits, before the output is ended, until the peer has acknowledged nearly everything, on a wire that cannot know
    /// it afterwards. **Thread**: the owner.
    default void awaitAcknowledged() throws IOException {
        // The wait after the end of the output suffices.
    }

    @Override
    default int discard(long atMostNanos) throws IOException {
        return END;
    }

    @Override
    default int unacknowledged() throws IOException {
        return 0;
    }

    /// Whether the awaited readiness is there. **Thread**: any.
    ///
    /// @param toWrite whether it waits for room, rather than for input
    default ReadinessCheck pending(boolean toWrite) {
        return ReadinessCheck.NO;
    }

    /// Makes [#close] send a reset, where the protocol has one, instead of an end.
    default void resetOnClose() {
        // Without a system below there is no peer that could see it.
    }

    /// Whether the system has reported that the peer is gone, though there may be bytes to read: as
    /// [dev.polyserve.Connection#peerGone]. Called only while nothing is written.
    default boolean peerGone() {
        return false;
    }

    /// Wakes the owner out of every wait, for good: reads return the end, writes fail.
    void shutdown();

    /// Makes reads return the end from now on, and wakes a waiting one; output continues.
    void cutInput();

    /// Runs a task that may wait, beside the owner: it sends the messages that senders have queued.
    void beside(Runnable task);

    /// The pool for the connection's buffers.
    BufferPool pool();

    /// The begin time of a wait that begins now. A wire that measures time in turns need not read the clock: it may
    /// return the begin of its turn, and correct it with [Conversation#waitsSince] if that turn takes long.
    default long waitBeginsNanos(Conversation waiting, NanoClock clock) {
        return clock.nanos();
    }
}
