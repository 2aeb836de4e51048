package dev.polyserve.loop;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.HeapBuffer;
import org.jspecify.annotations.Nullable;

/// A loop's stacks of buffers: small ones, and some large ones, for replies of 8 to 16 KiB. A connection holds a buffer only
/// while the buffer contains bytes.
///
/// **Thread**: the loop's, including its coroutines.
final class LoopBufferPool implements BufferPool {
    private static final int SMALL_BYTES = 4 << 10;
    private static final int KEPT = 256;
    private static final int LARGE_BYTES = 32 << 10;
    private static final int LARGE_KEPT = 8;

    private final EventLoop loop;
    private final @Nullable HeapBuffer[] kept = new @Nullable HeapBuffer[KEPT];
    private int count;
    private final @Nullable HeapBuffer[] largeKept = new @Nullable HeapBuffer[LARGE_KEPT];
    private int largeCount;

    LoopBufferPool(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public HeapBuffer take(int atLeastBytes) {
        loop.assertOwner();
        if (atLeastBytes > SMALL_BYTES) {
            return atLeastBytes > LARGE_BYTES / 2 && atLeastBytes <= LARGE_BYTES
                    ? takeLarge()
                    : new HeapBuffer(atLeastBytes);
        }
        HeapBuffer last = count > 0 ? kept[--count] : null;
        return last == null ? new HeapBuffer(SMALL_BYTES) : last;
    }

    private HeapBuffer takeLarge() {
        HeapBuffer last = largeCount > 0 ? largeKept[--largeCount] : null;
        return last == null ? new HeapBuffer(LARGE_BYTES) : last;
    }

    @Override
    public void give(HeapBuffer chunk) {
        loop.assertOwner();
        if (chunk.length() == SMALL_BYTES && count < KEPT) {
            kept[count++] = chunk;
        } else if (chunk.length() == LARGE_BYTES && largeCount < LARGE_KEPT) {
            largeKept[largeCount++] = chunk;
        }
    }

    @Override
    public boolean reclaims() {
        return true;
    }
}
