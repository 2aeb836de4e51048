package dev.polyserve.loop;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.HeapBuffer;
import org.jspecify.annotations.Nullable;

/// A loop's stack of buffers. A connection holds a buffer only while the buffer contains bytes.
///
/// **Thread**: the loop's, including its coroutines.
final class LoopBufferPool implements BufferPool {
    private static final int SMALL_BYTES = 4 << 10;
    private static final int KEPT = 256;

    private final EventLoop loop;
    private final @Nullable HeapBuffer[] kept = new @Nullable HeapBuffer[KEPT];
    private int count;

    LoopBufferPool(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public HeapBuffer take(int atLeastBytes) {
        loop.assertOwner();
        if (atLeastBytes > SMALL_BYTES) {
            return new HeapBuffer(atLeastBytes);
        }
        HeapBuffer last = count > 0 ? kept[--count] : null;
        return last == null ? new HeapBuffer(SMALL_BYTES) : last;
    }

    @Override
    public void give(HeapBuffer chunk) {
        loop.assertOwner();
        if (chunk.length() == SMALL_BYTES && count < KEPT) {
            kept[count++] = chunk;
        }
    }

    @Override
    public boolean reclaims() {
        return true;
    }
}
