package dev.polyserve.conversation;

/// The pool of output buffers that connections with a thread each share: a connection holds one for a turn only. As
/// those of a loop, they are small, or large, for replies of 8 to 16 KiB.
///
/// **Thread**: any.
final class ThreadSharedBufferPool implements BufferPool {
    /// Those of all servers in this process.
    static final ThreadSharedBufferPool ALL = new ThreadSharedBufferPool();

    private static final int SMALL_BYTES = 4 << 10;
    private static final int LARGE_BYTES = 32 << 10;

    private final LockFreePool<HeapBuffer> small = new LockFreePool<>();
    private final LockFreePool<HeapBuffer> large = new LockFreePool<>();

    private ThreadSharedBufferPool() {}

    @Override
    public HeapBuffer take(int atLeastBytes) {
        if (atLeastBytes <= SMALL_BYTES) {
            return from(small, SMALL_BYTES);
        }
        return atLeastBytes > LARGE_BYTES / 2 && atLeastBytes <= LARGE_BYTES
                ? from(large, LARGE_BYTES)
                : new HeapBuffer(atLeastBytes);
    }

    private static HeapBuffer from(LockFreePool<HeapBuffer> pool, int bytes) {
        HeapBuffer taken = pool.take();
        return taken == null ? new HeapBuffer(bytes) : taken;
    }

    @Override
    public void give(HeapBuffer chunk) {
        switch (chunk.length()) {
            case SMALL_BYTES -> small.give(chunk);
            case LARGE_BYTES -> large.give(chunk);
            default -> {
                // The garbage collector reclaims it.
            }
        }
    }

    @Override
    public boolean reclaims() {
        return true;
    }
}
