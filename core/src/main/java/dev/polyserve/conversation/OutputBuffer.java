package dev.polyserve.conversation;

import dev.polyserve.Limit;
import dev.polyserve.Options;
import java.nio.ByteBuffer;

/// Bytes written and not yet accepted by the kernel: `[head..tail)` of one array.
///
/// **Thread**: the owner.
public final class OutputBuffer {
    /// The buffer of a connection that has no output and no buffer of its own. It is only asked, and never changes.
    static final OutputBuffer NONE = new OutputBuffer(BufferPool.UNPOOLED, 0);

    private static final int FIRST_BYTES = 512;

    private BufferPool pool;
    private int mostBytes;
    private HeapBuffer chunk = HeapBuffer.NONE;
    /// The array of `chunk`.
    private byte[] array = HeapBuffer.NONE.array;
    private int head;
    private int tail;

    /// @param mostBytes the largest array it may grow to
    public OutputBuffer(BufferPool pool, int mostBytes) {
        this.pool = pool;
        this.mostBytes = mostBytes;
    }

    /// A buffer with these limits.
    OutputBuffer(BufferPool pool, Options.Limits limits) {
        this(pool, limits.bufferBytesPerConnection());
    }

    /// Becomes as a new buffer with this pool and these limits, for another connection. It has no array.
    void startsAgain(BufferPool itsPool, Options.Limits limits) {
        pool = itsPool;
        mostBytes = limits.bufferBytesPerConnection();
    }

    /// The number of waiting bytes.
    public int pending() {
        return tail - head;
    }

    /// The waiting bytes as a buffer to write from; [#sent] follows.
    public ByteBuffer pendingBytes() {
        return chunk.view.limit(tail).position(head);
    }

    /// Records that the kernel accepted `count` bytes.
    public void sent(int count) {
        head += count;
        if (head == tail) {
            head = 0;
            tail = 0;
        }
    }

    void append(byte[] bytes, int offset, int length) throws LimitException {
        makeRoom(length);
        System.arraycopy(bytes, offset, array, tail, length);
        tail += length;
    }

    void append(ByteBuffer bytes) throws LimitException {
        int length = bytes.remaining();
        makeRoom(length);
        bytes.get(array, tail, length);
        tail += length;
    }

    void append(byte value) throws LimitException {
        makeRoom(1);
        array[tail++] = value;
    }

    /// Moves all bytes of another buffer to the end of this one; copies them only if there are some already.
    void take(OutputBuffer from) throws LimitException {
        if (from.pending() == 0) {
            return;
        }
        if (pending() == 0) {
            give();
            hold(from.chunk);
            head = from.head;
            tail = from.tail;
            from.hold(HeapBuffer.NONE);
            from.head = 0;
            from.tail = 0;
        } else {
            append(from.array, from.head, from.pending());
            from.sent(from.pending());
        }
    }

    /// Gives an empty array back before a wait, where the pool takes it.
    public void reclaim() {
        if (head == tail && pool.reclaims()) {
            give();
        }
    }

    /// Discards the waiting bytes and gives everything back.
    void clear() {
        if (array.length > 0) {
            head = 0;
            tail = 0;
            give();
        }
    }

    /// Discards the waiting bytes, gives everything back, and refers to no pool any more.
    void leavePool() {
        clear();
        pool = BufferPool.UNPOOLED;
    }

    /// Bytes that the array occupies.
    int capacity() {
        return array.length;
    }

    private void makeRoom(int length) throws LimitException {
        if (array.length - tail >= length) {
            return;
        }
        int needed = tail - head + length;
        if (needed < 0 || needed > mostBytes) {
            throw new LimitException(Limit.BUFFER_PER_CONNECTION);
        }
        if (needed <= array.length / 2 || (needed <= array.length && head >= array.length / 2)) {
            System.arraycopy(array, head, array, 0, tail - head);
        } else {
            HeapBuffer next = pool.take((int) Math.min(mostBytes, Math.max(FIRST_BYTES, 2L * needed)));
            System.arraycopy(array, head, next.array, 0, tail - head);
            int waiting = tail - head;
            give();
            hold(next);
            head = 0;
            tail = waiting;
            return;
        }
        tail -= head;
        head = 0;
    }

    private void give() {
        if (array.length > 0) {
            pool.give(chunk);
            hold(HeapBuffer.NONE);
        }
    }

    private void hold(HeapBuffer next) {
        chunk = next;
        array = next.array;
    }
}
