package dev.polyserve.linux.ring;

import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.MemoryCalls;
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
    /// Their group.
    static final int GROUP = 0;

    private static final int SIZE = 4 << 10;
    private static final int MOST = 2048;
    private static final int FIRST = 128;
    private static final VarHandle TAIL = ValueLayout.JAVA_SHORT.varHandle();

    private final CallMemory memory = CallMemory.small();
    private final MemorySegment ring;
    private final MemorySegment bytes;
    private final int[] next = new int[MOST];
    private final int[] from = new int[MOST];
    private final int[] to = new int[MOST];
    private int provided;
    private short tail;

    private ReceiveBuffers(Ring owner) throws IOException {
        this.ring = MemoryCalls.map(memory, (long) MOST * RingLayout.BUFFER_BYTES);
        try {
            this.bytes = MemoryCalls.map(memory, (long) MOST * SIZE);
        } catch (IOException | RuntimeException | Error e) {
            MemoryCalls.unmap(memory, ring);
            throw e;
        }
        try {
            owner.register(ring, MOST, GROUP);
        } catch (IOException | RuntimeException | Error e) {
            unmap();
            throw e;
        }
        more();
    }

    /// Registers them with the ring.
    static ReceiveBuffers open(Ring ring) throws IOException {
        return new ReceiveBuffers(ring);
    }

    /// Provides more of them, as long as there are any.
    void more() {
        for (int left = Math.max(FIRST, provided); left > 0 && provided < MOST; left--) {
            provide(provided);
            provided++;
        }
        publish();
    }

    /// Shows the kernel what was given back.
    void publish() {
        TAIL.setRelease(ring, (long) RingLayout.BUFFERS_TAIL, tail);
    }

    private void provide(int buffer) {
        long at = (long) (tail & (MOST - 1)) * RingLayout.BUFFER_BYTES;
        ring.set(ValueLayout.JAVA_LONG, at + RingLayout.BUFFER_ADDRESS, bytes.address() + (long) buffer * SIZE);
        ring.set(ValueLayout.JAVA_INT, at + RingLayout.BUFFER_LENGTH, SIZE);
        ring.set(ValueLayout.JAVA_SHORT, at + RingLayout.BUFFER_ID, (short) buffer);
        tail++;
    }

    /// The kernel has filled one.
    void filled(int buffer, int count) {
        next[buffer] = NONE;
        from[buffer] = 0;
        to[buffer] = count;
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
        long at = (long) buffer * SIZE + from[buffer];
        if (into.hasArray()) {
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, into.array(), into.arrayOffset() + into.position(),
                    count);
            into.position(into.position() + count);
        } else {
            into.put(bytes.asSlice(at, count).asByteBuffer());
        }
        from[buffer] += count;
        return count;
    }

    /// Takes all bytes that are left.
    void takeAll(int buffer, ByteQueue into) {
        into.append(bytes, (long) buffer * SIZE + from[buffer], left(buffer));
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
