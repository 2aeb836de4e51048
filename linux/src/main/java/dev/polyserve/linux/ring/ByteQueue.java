package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LimitException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A first-in, first-out queue of bytes, which has no memory while it is empty. Its memory counts in the server's
/// budget. Each call that may change the memory takes the budget as an argument, because a reference to it in every
/// idle connection would cost more.
///
/// **Thread**: its owner's.
final class ByteQueue {
    private static final byte[] NOTHING = {};
    /// Doubled up to here: a longer array grows by what is asked for, because up to half of it would be unused.
    private static final int MOST_DOUBLED_BYTES = 64 << 10;

    private byte[] array = NOTHING;
    private int head;
    private int tail;

    int size() {
        return tail - head;
    }

    boolean isEmpty() {
        return head == tail;
    }

    /// Makes room for this many more bytes.
    ///
    /// @throws LimitException when the budget has too little left; then the queue is unchanged
    void reserve(int count, BufferBudget budget) throws LimitException {
        if (array.length - tail < count) {
            grow(Math.max(size() + count, Math.min(2 * size(), MOST_DOUBLED_BYTES)), budget);
        }
    }

    /// Appends bytes.
    ///
    /// @throws LimitException when the budget has too little left; then the queue is unchanged
    void append(MemorySegment source, long from, int count, BufferBudget budget) throws LimitException {
        reserve(count, budget);
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, array, tail, count);
        tail += count;
    }

    private void grow(int length, BufferBudget budget) throws LimitException {
        int more = length - array.length;
        budget.take(more);
        byte[] larger;
        try {
            larger = Arrays.copyOfRange(array, head, head + length);
        } catch (OutOfMemoryError e) {
            budget.give(more);
            throw e;
        }
        array = larger;
        tail -= head;
        head = 0;
    }

    /// Takes as many bytes as fit.
    ///
    /// @return the number of bytes taken
    int take(ByteBuffer into, BufferBudget budget) {
        int count = Math.min(size(), into.remaining());
        into.put(array, head, count);
        head += count;
        if (head == tail) {
            clear(budget);
        }
        return count;
    }

    /// Returns all bytes as a buffer to read from; a call of [#clear] follows.
    ByteBuffer bytes() {
        return ByteBuffer.wrap(array, head, size());
    }

    void clear(BufferBudget budget) {
        if (array.length > 0) {
            budget.give(array.length);
            array = NOTHING;
        }
        head = 0;
        tail = 0;
    }
}
