package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LimitException;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.MemoryMappingCalls;
import dev.polyserve.linux.system.NativeMemoryCopy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// The memory that a loop sends from. It is filled from the front, and empty again after the operations are submitted,
/// because the kernel has by then accepted or refused the bytes.
///
/// **Thread**: the loop's.
final class SendArena {
    /// The most bytes that one operation sends.
    static final int MOST_BYTES = 64 << 10;

    private static final int SIZE = 16 * MOST_BYTES;

    private final SystemCallMemory memory = SystemCallMemory.small();
    private final MemorySegment bytes;
    private int end;

    private SendArena() throws IOException {
        this.bytes = MemoryMappingCalls.map(memory, SIZE);
    }

    /// Maps the memory.
    static SendArena open() throws IOException {
        return new SendArena();
    }

    /// Returns true when the bytes of one operation fit.
    boolean hasRoom() {
        return SIZE - end >= MOST_BYTES;
    }

    /// Copies the next bytes of a buffer, at most [#MOST_BYTES], and moves its position.
    ///
    /// @return the offset of the bytes
    int put(ByteBuffer source) {
        int at = end;
        int count = Math.min(source.remaining(), MOST_BYTES);
        NativeMemoryCopy.copyFrom(source, bytes, at, count);
        source.position(source.position() + count);
        end += count;
        return at;
    }

    long address(int at) {
        return bytes.address() + at;
    }

    /// Copies out bytes that the kernel has not accepted.
    void copyTo(ByteQueue into, int at, int count, BufferBudget budget) throws LimitException {
        into.append(bytes, at, count, budget);
    }

    /// Empties the arena after all operations were submitted.
    void clear() {
        end = 0;
    }

    /// Unmaps the memory after the ring is closed.
    void unmap() throws IOException {
        MemoryMappingCalls.unmap(memory, bytes);
    }
}
