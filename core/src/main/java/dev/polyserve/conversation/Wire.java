package dev.polyserve.conversation;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The operations by which a conversation with a thread reads, writes and waits: the only code that knows how to wait.
///
/// A blocked thread, a coroutine of an event loop, a completion ring and a script in a test each have an
/// implementation, which is also the connection's [ConversationDriver].
///
/// **Thread**: the owner. Output may come from a sender's thread instead, never from both at once.
public interface Wire extends LingeringClose.Peer {
    /// What [#read] returns at the end of input.
    int END = -1;
    /// What [#read] returns when the time was not enough.
    int TIMED_OUT = -2;
    /// The most bytes of one [#write]: a peer that takes this much within the write-stall limit makes progress, however
    /// long the whole takes.
    int WRITE_PIECE_BYTES = 64 << 10;

    /// What [#unacknowledged] returns when the system does not report it.
    int UNKNOWN = -1;

    /// Waits for bytes and puts at least one into the receiver's buffer.
    ///
    /// @param atMostNanos how long to wait, [ServerContext#FOREVER_NANOS] when only the server's limits apply
    /// @return how many, [#END] or [#TIMED_OUT]
    int read(InputBufferProvider into, long atMostNanos) throws IOException;

    /// Sends all remaining bytes, or only those that the kernel accepts at once.
    ///
    /// @param waits whether to wait while the peer does not take them; if not, a wire that cannot know whether it would
    ///     wait sends nothing
    void write(ByteBuffer bytes, boolean waits) throws IOException;

    /// Ends the output: the peer reads the end of input.
    ///
    /// @param acknowledged whether to wait, first, until the peer has acknowledged nearly everything, on a wire that
    ///     cannot know it afterwards
    void endOutput(boolean acknowledged) throws IOException;

    /// Closes the connection and releases what it holds.
    ///
    /// @param unread whether the peer may have sent bytes that were not read: they are discarded first, because the
    ///     system would answer them with a reset, which destroys our last bytes on their way
    void close(boolean unread) throws IOException;

    @Override
    default int discard(long atMostNanos) throws IOException {
        return END;
    }

    @Override
    default int unacknowledged() throws IOException {
        return 0;
    }

    /// Whether the system has reported that the peer is gone, though there may be bytes to read: as
    /// [dev.polyserve.Connection#peerGone]. Called only while nothing is written.
    default boolean peerGone() {
        return false;
    }
}
