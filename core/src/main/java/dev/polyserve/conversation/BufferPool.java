package dev.polyserve.conversation;

/// Where a connection's buffers come from and go when they are empty.
///
/// **Thread**: only the owner of the connections that use it.
public interface BufferPool {
    /// Every connection keeps its own: for connections that have a thread.
    BufferPool UNPOOLED = new Unpooled();

    /// A chunk of at least so many bytes.
    Chunk take(int atLeastBytes);

    /// Takes back a chunk that nothing refers to any more.
    void give(Chunk chunk);

    /// Whether empty buffers go back before a wait.
    boolean reclaims();

    /// Allocates and forgets.
    final class Unpooled implements BufferPool {
        private Unpooled() {}

        @Override
        public Chunk take(int atLeastBytes) {
            return new Chunk(atLeastBytes);
        }

        @Override
        public void give(Chunk chunk) {
            // The collector has it.
        }

        @Override
        public boolean reclaims() {
            return false;
        }
    }
}
