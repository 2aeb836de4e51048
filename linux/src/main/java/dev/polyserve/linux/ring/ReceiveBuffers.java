package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LimitException;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.MemoryMappingCalls;
import dev.polyserve.linux.system.NativeMemoryCopy;
import dev.polyserve.linux.system.RingLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/// The buffers of a loop into which the kernel receives for all of its connections: an idle connection holds none.
///
/// It starts with few buffers, which stay in the processor's cache, and provides more when those run out for many
/// connections. A few connections that fill all of them have to wait, because what one of them holds unread must stay
/// small.
///
/// ```
///   provided ──kernel fills──▶ held by a connection, in a chain ──read, or copied out at the turn's end──▶ provided
/// ```
///
/// **Thread**: the loop's.
final class ReceiveBuffers {
    /// The index that stands for no buffer.
    static final int NONE = -1;
    /// The group of the connections' buffers.
    static final int OF_CONNECTIONS = 0;

    /// Buffers for each connection that holds any; more of them would be its unread bytes only.
    private static final int PER_CONNECTION = 16;

    private static final VarHandle TAIL = ValueLayout.JAVA_SHORT.varHandle();

    private final SystemCallMemory memory = SystemCallMemory.small();
    private final MemorySegment ring;
    private final MemorySegment bytes;
    private final int size;
    private final int first;
    private final int most;
    private final int[] next;
    private final int[] from;
    private final int[] to;
    private int provided;
    private short tail;

    private ReceiveBuffers(IoUringInstance owner, int group, int size, int first, int most) throws IOException {
        this.size = size;
        this.first = first;
        this.most = most;
        this.next = new int[most];
        this.from = new int[most];
        this.to = new int[most];
        this.ring = MemoryMappingCalls.map(memory, (long) most * RingLayout.BUFFER_BYTES);
        try {
            this.bytes = MemoryMappingCalls.map(memory, (long) most * size);
        } catch (IOException | RuntimeException | Error e) {
            MemoryMappingCalls.unmap(memory, ring);
            throw e;
        }
        try {
            owner.register(ring, most, group);
        } catch (IOException | RuntimeException | Error e) {
            unmap();
            throw e;
        }
        more();
    }

    static ReceiveBuffers forConnections(IoUringInstance ring) throws IOException {
        return new ReceiveBuffers(ring, OF_CONNECTIONS, 4 << 10, 128, 2048);
    }

    /// Registers buffers of another group.
    ///
    /// @param size the size of each buffer
    /// @param count the number of buffers, a power of two
    static ReceiveBuffers open(IoUringInstance ring, int group, int size, int count) throws IOException {
        return new ReceiveBuffers(ring, group, size, count, count);
    }

    /// The buffers have run out while `connections` connections hold some.
    void ranOut(int connections) {
        if (connections * PER_CONNECTION > provided) {
            more();
        }
    }

    /// Provides more buffers, while there are any.
    private void more() {
        for (int left = Math.max(first, provided); left > 0 && provided < most; left--) {
            provide(provided);
            provided++;
        }
        publish();
    }

    /// Returns how many buffers were ever provided, modulo 2^16.
    short everProvided() {
        return tail;
    }

    /// Publishes the returned buffers to the kernel.
    void publish() {
        TAIL.setRelease(ring, (long) RingLayout.BUFFERS_TAIL, tail);
    }

    private void provide(int buffer) {
        long at = (long) (tail & (most - 1)) * RingLayout.BUFFER_BYTES;
        ring.set(ValueLayout.JAVA_LONG, at + RingLayout.BUFFER_ADDRESS, bytes.address() + (long) buffer * size);
        ring.set(ValueLayout.JAVA_INT, at + RingLayout.BUFFER_LENGTH, size);
        ring.set(ValueLayout.JAVA_SHORT, at + RingLayout.BUFFER_ID, (short) buffer);
        tail++;
    }

    /// Records that the kernel has filled a buffer.
    void filled(int buffer, int count) {
        filled(buffer, 0, count);
    }

    /// Records that the kernel has filled a buffer of which only a part is to be taken.
    void filled(int buffer, int begin, int end) {
        next[buffer] = NONE;
        from[buffer] = begin;
        to[buffer] = end;
    }

    MemorySegment whole(int buffer) {
        return bytes.asSlice((long) buffer * size, size);
    }

    /// Links a filled buffer behind another.
    void link(int last, int buffer) {
        next[last] = buffer;
    }

    /// Returns the next buffer in the chain, or [#NONE].
    int next(int buffer) {
        return next[buffer];
    }

    /// Returns how many bytes of the buffer are left.
    int left(int buffer) {
        return to[buffer] - from[buffer];
    }

    /// Takes as many bytes as fit.
    ///
    /// @return the number of bytes taken
    int take(int buffer, ByteBuffer into) {
        int count = Math.min(left(buffer), into.remaining());
        copy(buffer, into, count);
        from[buffer] += count;
        return count;
    }

    /// Takes `count` bytes and copies as many of them as fit.
    void takePiece(int buffer, ByteBuffer into, int count) {
        copy(buffer, into, Math.min(count, into.remaining()));
        from[buffer] += count;
    }

    private void copy(int buffer, ByteBuffer into, int count) {
        NativeMemoryCopy.copyTo(into, bytes, (long) buffer * size + from[buffer], count);
    }

    /// Takes all bytes that are left.
    void takeAll(int buffer, ByteQueue into, BufferBudget budget) throws LimitException {
        into.append(bytes, (long) buffer * size + from[buffer], left(buffer), budget);
        from[buffer] = to[buffer];
    }

    /// Provides the buffer to the kernel again.
    void giveBack(int buffer) {
        provide(buffer);
    }

    /// Unmaps the memory after the ring is closed.
    void unmap() throws IOException {
        try {
            MemoryMappingCalls.unmap(memory, ring);
        } finally {
            MemoryMappingCalls.unmap(memory, bytes);
        }
    }
}
