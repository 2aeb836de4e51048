package dev.polyserve.tls;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LockFreePool;
import java.nio.ByteBuffer;

/// Buffers for records, which connections borrow while they have bytes. They are heap buffers: the JDK's engine copies direct
/// ones in small pieces.
///
/// **Thread**: any.
public final class TlsRecordBuffers {
    /// The longest record: the JDK's engine needs room for it, and accepts no longer one.
    static final int RECORD_BYTES = 5 + 16_384 + 320;
    /// Room for two records, so that 16 KiB of plain text, which are two, are sent in one call.
    static final int BYTES = 2 * RECORD_BYTES;

    /// Counts what connections hold between calls.
    final BufferBudget budget;
    private final LockFreePool<ByteBuffer> kept = new LockFreePool<>();

    /// @param budget counts what connections hold between calls
    public TlsRecordBuffers(BufferBudget budget) {
        this.budget = budget;
    }

    /// An empty buffer of [#BYTES].
    ByteBuffer take() {
        ByteBuffer taken = kept.take();
        return taken == null ? ByteBuffer.allocate(BYTES) : taken.clear();
    }

    /// Takes a buffer back, which has no other reference.
    void give(ByteBuffer buffer) {
        if (buffer.capacity() == BYTES) {
            kept.give(buffer);
        }
    }
}
