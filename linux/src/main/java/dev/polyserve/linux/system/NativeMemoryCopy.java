package dev.polyserve.linux.system;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/// Copies bytes between native memory and buffers, most of which are backed by arrays.
///
/// **Thread**: any.
public final class NativeMemoryCopy {
    private NativeMemoryCopy() {}

    /// Copies `count` bytes to a buffer, and moves its position.
    public static void copyTo(ByteBuffer into, MemorySegment from, long at, int count) {
        int position = into.position();
        if (into.hasArray()) {
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, into.array(), into.arrayOffset() + position, count);
        } else {
            MemorySegment.copy(from, at, MemorySegment.ofBuffer(into), 0, count);
        }
        into.position(position + count);
    }

    /// Copies the next bytes of a buffer, without moving its position.
    public static void copyFrom(ByteBuffer bytes, MemorySegment into, long at, int count) {
        if (bytes.hasArray()) {
            MemorySegment.copy(bytes.array(), bytes.arrayOffset() + bytes.position(), into, ValueLayout.JAVA_BYTE, at,
                    count);
        } else {
            MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, into, at, count);
        }
    }
}
