package dev.polyserve.conversation;

import dev.polyserve.Options;
import org.jspecify.annotations.Nullable;

/// A loop's stack of [ConnectionBuffers], which are empty: a connection has some only while it is not idle, so the loop keeps
/// as many as it had such connections at once, up to a bound.
///
/// **Thread**: the loop's, including its coroutines.
public final class ConnectionBufferPool {
    private static final int MOST_KEPT = 256;
    /// For a caller that may not use the loop's: it makes them, and keeps none. **Thread**: any.
    public static final ConnectionBufferPool KEEPS_NONE = new ConnectionBufferPool(0);
    /// The most outputs of messages that they may have together.
    private static final int MOST_OUTPUTS = 4096;

    /// Those kept, and above them the place of each that is in use, where it mostly returns to: nothing is written then.
    private final @Nullable ConnectionBuffers[] kept;
    private int count;
    private int outputs;

    public ConnectionBufferPool() {
        this(MOST_KEPT);
    }

    private ConnectionBufferPool(int mostKept) {
        this.kept = new @Nullable ConnectionBuffers[mostKept];
    }

    /// Buffers with these limits, which no connection has.
    ///
    /// @param pool the memory for the bytes
    ConnectionBuffers take(BufferPool pool, Options.Limits limits) {
        ConnectionBuffers last = count > 0 ? kept[--count] : null;
        if (last == null) {
            return ConnectionBuffers.shared(pool, limits);
        }
        outputs -= last.outputs.size();
        last.startAgain(pool, limits);
        return last;
    }

    /// Takes back buffers whose connection needs them no more; bytes that are left in them are discarded.
    void give(ConnectionBuffers given) {
        given.clear();
        int more = given.outputs.size();
        if (count < kept.length && outputs + more <= MOST_OUTPUTS) {
            if (kept[count] != given) {
                kept[count] = given;
            }
            count++;
            outputs += more;
        }
    }
}
