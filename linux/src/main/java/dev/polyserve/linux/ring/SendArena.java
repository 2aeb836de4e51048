package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LimitException;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.MemoryCalls;
import dev.polyserve.linux.system.NativeBytes;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// The memory that a loop sends from: filled from the front, and empty again when the orders were submitted, because the kernel
/// has then either taken the bytes or said that it has not.
///
/// **Thread**: the loop's.
final class SendArena {
    /// As much as one order sends.
    static final int MOST_BYTES = 64 << 10;

    private static final int SIZE = 16 * MOST_BYTES;

    private final CallMemory memory = CallMemory.small();
    private final MemorySegment bytes;
    private int end;

    private SendArena() throws IOException {
        this.bytes = MemoryCalls.map(memory, SIZE);
    }

    /// Maps it.
    static SendArena open() throws IOException {
        return new SendArena();
    }

    /// Whether one order's bytes fit.
    boolean hasRoom() {
        return SIZE - end >= MOST_BYTES;
    }

    /// Copies the next bytes of a buffer, at most [#MOST_BYTES], and moves its position.
    ///
    /// @return where they are
    int put(ByteBuffer source) {
        int at = end;
        int count = Math.min(source.remaining(), MOST_BYTES);
        NativeBytes.copyFrom(source, bytes, at, count);
        source.position(source.position() + count);
        end += count;
        return at;
    }

    long address(int at) {
        return bytes.address() + at;
    }

    /// Copies out what the kernel has not taken.
    void copyTo(ByteQueue into, int at, int count, BufferBudget budget) throws LimitException {
        into.append(bytes, at, count, budget);
    }

    /// All orders were submitted.
    void clear() {
        end = 0;
    }

    /// The ring is closed.
    void unmap() throws IOException {
        MemoryCalls.unmap(memory, bytes);
    }
}
