package dev.polyserve.linux.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Bytes that wait, first in, first out; without memory when there are none.
///
/// **Thread**: its owner's.
final class ByteQueue {
    private static final byte[] NOTHING = {};

    private byte[] array = NOTHING;
    private int head;
    private int tail;

    int size() {
        return tail - head;
    }

    boolean isEmpty() {
        return head == tail;
    }

    void append(MemorySegment source, long from, int count) {
        if (array.length - tail < count) {
            array = Arrays.copyOfRange(array, head, head + Math.max(tail - head + count, 2 * (tail - head)));
            tail -= head;
            head = 0;
        }
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, array, tail, count);
        tail += count;
    }

    /// Takes as many as fit.
    ///
    /// @return how many
    int take(ByteBuffer into) {
        int count = Math.min(size(), into.remaining());
        into.put(array, head, count);
        taken(count);
        return count;
    }

    /// All of them as a buffer to read from; then comes [#clear].
    ByteBuffer bytes() {
        return ByteBuffer.wrap(array, head, size());
    }

    private void taken(int count) {
        head += count;
        if (head == tail) {
            clear();
        }
    }

    void clear() {
        array = NOTHING;
        head = 0;
        tail = 0;
    }
}
