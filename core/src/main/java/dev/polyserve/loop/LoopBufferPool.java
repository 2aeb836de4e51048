package dev.polyserve.loop;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.HeapBuffer;
import org.jspecify.annotations.Nullable;

/// A loop's stacks of buffers: small ones, those for a read or a reply of up to 16 KiB, and some large ones. A connection holds a
/// buffer only while the buffer contains bytes.
///
/// **Thread**: the loop's, including its coroutines.
final class LoopBufferPool implements BufferPool {
    private final EventLoop loop;
    private final Stack small = new Stack(4 << 10, 256);
    private final Stack medium = new Stack(16 << 10, 32);
    private final Stack large = new Stack(32 << 10, 8);

    LoopBufferPool(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public HeapBuffer take(int atLeastBytes) {
        loop.assertOwner();
        if (atLeastBytes <= small.bytes) {
            return small.take();
        }
        if (atLeastBytes <= medium.bytes) {
            return medium.take();
        }
        return atLeastBytes <= large.bytes ? large.take() : new HeapBuffer(atLeastBytes);
    }

    @Override
    public void give(HeapBuffer chunk) {
        loop.assertOwner();
        int bytes = chunk.length();
        if (bytes == small.bytes) {
            small.give(chunk);
        } else if (bytes == medium.bytes) {
            medium.give(chunk);
        } else if (bytes == large.bytes) {
            large.give(chunk);
        }
    }

    @Override
    public boolean reclaims() {
        return true;
    }

    /// Buffers of one size.
    private static final class Stack {
        private final int bytes;
        private final @Nullable HeapBuffer[] kept;
        private int count;

        Stack(int bytes, int most) {
            this.bytes = bytes;
            this.kept = new @Nullable HeapBuffer[most];
        }

        HeapBuffer take() {
            HeapBuffer last = count > 0 ? kept[--count] : null;
            return last == null ? new HeapBuffer(bytes) : last;
        }

        void give(HeapBuffer chunk) {
            if (count < kept.length) {
                kept[count++] = chunk;
            }
        }
    }
}
