package dev.polyserve.conversation;

import dev.polyserve.Options;
import org.jspecify.annotations.Nullable;

/// A loop's stack of [MessageBuffers], which are empty: a connection has some only while it is not idle, so the loop keeps as
/// many as it had such connections at once, up to a bound.
///
/// **Thread**: the loop's, including its coroutines.
public final class MessageBufferPool {
    private static final int MOST_KEPT = 256;
    /// The most outputs of messages that they may have together.
    private static final int MOST_OUTPUTS = 4096;

    private final BufferPool pool;
    private final @Nullable MessageBuffers[] kept = new @Nullable MessageBuffers[MOST_KEPT];
    private int count;
    private int outputs;

    /// @param pool the memory for the bytes
    public MessageBufferPool(BufferPool pool) {
        this.pool = pool;
    }

    /// Buffers with these limits, which no connection has.
    MessageBuffers take(Options.Limits limits) {
        MessageBuffers last = count > 0 ? kept[--count] : null;
        if (last == null) {
            return new MessageBuffers(pool, limits);
        }
        kept[count] = null;
        outputs -= last.outputs.size();
        last.startAgain(limits);
        return last;
    }

    /// Takes back buffers whose connection needs them no more; bytes that are left in them are discarded.
    void give(MessageBuffers given) {
        given.clear();
        int more = given.outputs.size();
        if (count < MOST_KEPT && outputs + more <= MOST_OUTPUTS) {
            kept[count++] = given;
            outputs += more;
        }
    }
}
