package dev.polyserve.conversation;

/// The source of a connection's buffers, which takes them back when they are empty.
///
/// **Thread**: only the owner of the connections that use it.
public interface BufferPool {
    /// No pool: every connection keeps its own buffer for input, with which its thread waits.
    BufferPool UNPOOLED = new Unpooled();

    /// A chunk of at least this many bytes.
    HeapBuffer take(int atLeastBytes);

    /// Takes back a chunk that has no other reference.
    void give(HeapBuffer chunk);

    /// Whether empty buffers go back before a wait.
    boolean reclaims();

    /// Allocates each chunk, and leaves returned ones to the garbage collector.
    final class Unpooled implements BufferPool {
        private Unpooled() {}

        @Override
        public HeapBuffer take(int atLeastBytes) {
            return new HeapBuffer(atLeastBytes);
        }

        @Override
        public void give(HeapBuffer chunk) {
            // The garbage collector reclaims it.
        }

        @Override
        public boolean reclaims() {
            return false;
        }
    }
}
