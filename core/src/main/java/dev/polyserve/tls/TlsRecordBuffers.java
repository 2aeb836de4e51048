package dev.polyserve.tls;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Buffers for records, which connections borrow while they have bytes. They are heap buffers: the JDK's engine copies direct
/// ones in small pieces.
///
/// **Thread**: any.
public final class TlsRecordBuffers {
    /// The longest record: the JDK's engine needs room for it, and accepts no longer one.
    static final int RECORD_BYTES = 5 + 16_384 + 320;
    /// Room for two records, so that 16 KiB of plain text, which are two, are sent in one call.
    static final int BYTES = 2 * RECORD_BYTES;
    private static final int KEPT = 16;

    /// Counts what connections hold between calls.
    final BufferBudget budget;
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Guarded by `lock`, like the count.
    private final @Nullable ByteBuffer[] kept = new @Nullable ByteBuffer[KEPT];
    private int count;

    /// @param budget counts what connections hold between calls
    public TlsRecordBuffers(BufferBudget budget) {
        this.budget = budget;
    }

    /// An empty buffer of [#BYTES].
    ByteBuffer take() {
        ByteBuffer last = null;
        lock.lock();
        try {
            if (count > 0) {
                count--;
                last = kept[count];
                kept[count] = null;
            }
        } finally {
            lock.unlock();
        }
        return last == null ? ByteBuffer.allocate(BYTES) : last.clear();
    }

    /// Takes a buffer back, which has no other reference.
    void give(ByteBuffer buffer) {
        if (buffer.capacity() != BYTES) {
            return;
        }
        lock.lock();
        try {
            if (count < KEPT) {
                kept[count] = buffer;
                count++;
            }
        } finally {
            lock.unlock();
        }
    }
}
