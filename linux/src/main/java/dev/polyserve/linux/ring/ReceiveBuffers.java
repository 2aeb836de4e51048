package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LimitException;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.MemoryCalls;
import dev.polyserve.linux.system.NativeBytes;
import dev.polyserve.linux.system.RingLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/// The buffers of a loop into which the kernel receives, whichever connection has something: an idle one holds none.
///
/// It begins with few, which stay in the processor's cache, and has more when those were not enough.
///
/// ```
///   provided ──kernel fills──▶ held by a connection, in a chain ──read, or copied out at the turn's end──▶ provided
/// ```
///
/// **Thread**: the loop's.
final class ReceiveBuffers {
    /// No buffer.
    static final int NONE = -1;
    /// The group of those for connections.
    static final int OF_CONNECTIONS = 0;

    private static final VarHandle TAIL = ValueLayout.JAVA_SHORT.varHandle();

    private final CallMemory memory = CallMemory.small();
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

    private ReceiveBuffers(Ring owner, int group, int size, int first, int most) throws IOException {
        this.size = size;
        this.first = first;
        this.most = most;
        this.next = new int[most];
        this.from = new int[most];
        this.to = new int[most];
        this.ring = MemoryCalls.map(memory, (long) most * RingLayout.BUFFER_BYTES);
        try {
            this.bytes = MemoryCalls.map(memory, (long) most * size);
        } catch (IOException | RuntimeException | Error e) {
            MemoryCalls.unmap(memory, ring);
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

    /// Registers those for connections.
    static ReceiveBuffers forConnections(Ring ring) throws IOException {
        return new ReceiveBuffers(ring, OF_CONNECTIONS, 4 << 10, 128, 2048);
    }

    /// Registers others.
    ///
    /// @param size of each
    /// @param count how many, a power of two
    static ReceiveBuffers open(Ring ring, int group, int size, int count) throws IOException {
        return new ReceiveBuffers(ring, group, size, count, count);
    }

    /// Provides more of them, as long as there are any.
    void more() {
        for (int left = Math.max(first, provided); left > 0 && provided < most; left--) {
            provide(provided);
            provided++;
        }
        publish();
    }

    /// How many were ever provided, counted by 16 bits.
    short everProvided() {
        return tail;
    }

    /// Shows the kernel what was given back.
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

    /// The kernel has filled one.
    void filled(int buffer, int count) {
        filled(buffer, 0, count);
    }

    /// The kernel has filled one, and what is to be taken is a part of that.
    void filled(int buffer, int begin, int end) {
        next[buffer] = NONE;
        from[buffer] = begin;
        to[buffer] = end;
    }

    /// All of one.
    MemorySegment whole(int buffer) {
        return bytes.asSlice((long) buffer * size, size);
    }

    /// Puts a filled one behind another.
    void link(int last, int buffer) {
        next[last] = buffer;
    }

    /// The one behind, or [#NONE].
    int next(int buffer) {
        return next[buffer];
    }

    /// How many bytes of it are left.
    int left(int buffer) {
        return to[buffer] - from[buffer];
    }

    /// Takes as many bytes as fit.
    ///
    /// @return how many
    int take(int buffer, ByteBuffer into) {
        int count = Math.min(left(buffer), into.remaining());
        copy(buffer, into, count);
        from[buffer] += count;
        return count;
    }

    /// Takes so many bytes, of which only those are copied that fit.
    void takePiece(int buffer, ByteBuffer into, int count) {
        copy(buffer, into, Math.min(count, into.remaining()));
        from[buffer] += count;
    }

    private void copy(int buffer, ByteBuffer into, int count) {
        NativeBytes.copyTo(into, bytes, (long) buffer * size + from[buffer], count);
    }

    /// Takes all bytes that are left.
    void takeAll(int buffer, ByteQueue into, BufferBudget budget) throws LimitException {
        into.append(bytes, (long) buffer * size + from[buffer], left(buffer), budget);
        from[buffer] = to[buffer];
    }

    /// Nobody needs it any more.
    void giveBack(int buffer) {
        provide(buffer);
    }

    /// The ring is closed.
    void unmap() throws IOException {
        try {
            MemoryCalls.unmap(memory, ring);
        } finally {
            MemoryCalls.unmap(memory, bytes);
        }
    }
}
