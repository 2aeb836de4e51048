package dev.polyserve.run;

import dev.polyserve.DatagramReply;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.conversation.BufferBudget;
import java.nio.ByteBuffer;

/// Collects the reply to one datagram.
///
/// **Thread**: its handler's.
public final class DatagramReplyBuffer implements DatagramReply {
    private static final int FIRST_BYTES = 512;

    private final BufferBudget budget;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private boolean written;

    /// Creates an empty buffer that is reused for successive replies and counts against no budget.
    public DatagramReplyBuffer() {
        this(new BufferBudget(Options.Limits.MAX_DATAGRAM_BYTES));
    }

    /// Creates an empty buffer. Its capacity counts against the budget until [#release].
    DatagramReplyBuffer(BufferBudget budget) {
        this.budget = budget;
    }

    @Override
    public void write(ByteBuffer bytes) {
        written = true;
        int needed = buffer.position() + bytes.remaining();
        if (needed > Options.Limits.MAX_DATAGRAM_BYTES) {
            throw new IllegalArgumentException(
                    "a reply of " + needed + " bytes, where a datagram has " + Options.Limits.MAX_DATAGRAM_BYTES
                            + " at most");
        }
        if (needed > buffer.capacity()) {
            int larger = Math.min(Options.Limits.MAX_DATAGRAM_BYTES, Math.max(FIRST_BYTES, 2 * needed));
            if (!budget.tryTake(larger - buffer.capacity())) {
                throw new IllegalStateException("the limit '" + Limit.BUFFER_TOTAL.label() + "' was reached");
            }
            buffer = ByteBuffer.allocate(larger).put(buffer.flip());
        }
        buffer.put(bytes);
    }

    @Override
    public void writeEmpty() {
        written = true;
    }

    /// Returns the reserved bytes to the budget. The buffer must not be used afterwards.
    void release() {
        budget.give(buffer.capacity());
        buffer = ByteBuffer.allocate(0);
    }

    void reset() {
        buffer.clear();
        written = false;
    }

    public boolean written() {
        return written;
    }

    /// The reply, once it is complete.
    public ByteBuffer bytes() {
        return buffer.flip();
    }
}
