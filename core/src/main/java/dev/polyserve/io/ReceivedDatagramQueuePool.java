package dev.polyserve.io;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.util.concurrent.atomic.AtomicLong;

/// The arrays of the queues of a server's sessions, and their part of the budget of all buffers: one half, so that forged
/// datagrams take nothing from other connections.
///
/// A session has an array only while datagrams wait for its handler. Small ones are kept for the next.
///
/// **Thread**: any.
public final class ReceivedDatagramQueuePool {
    /// Room for a datagram of the size that most networks carry.
    static final int ARRAY_BYTES = 2 << 10;
    private static final int MOST_KEPT = 256;

    private final BufferBudget budget;
    private final AtomicLong usedBytes = new AtomicLong();
    private final NonQueueingLock lock = new NonQueueingLock();
    /// The first `count` are there; what is behind them was taken. Guarded by `lock`, like the count.
    private final byte[][] kept = new byte[MOST_KEPT][];
    private int count;

    /// Creates an empty pool, whose arrays count against the budget while they are in use.
    public ReceivedDatagramQueuePool(BufferBudget budget) {
        this.budget = budget;
    }

    /// Takes an array.
    ///
    /// @param bytes its length, at least [#ARRAY_BYTES]
    /// @return an array without bytes when the budget does not allow it
    /// @throws OutOfMemoryError when the heap has no room for it; nothing was taken
    byte[] take(int bytes) {
        if (usedBytes.addAndGet(bytes) > budget.most() / 2 || !budget.tryTake(bytes)) {
            usedBytes.addAndGet(-bytes);
            return ReceivedDatagramQueue.NO_BYTES;
        }
        byte[] small = bytes == ARRAY_BYTES ? takeKept() : ReceivedDatagramQueue.NO_BYTES;
        return small.length > 0 ? small : create(bytes);
    }

    private byte[] create(int bytes) {
        try {
            return new byte[bytes];
        } catch (OutOfMemoryError e) {
            usedBytes.addAndGet(-bytes);
            budget.give(bytes);
            throw e;
        }
    }

    private byte[] takeKept() {
        lock.lock();
        try {
            return count > 0 ? kept[--count] : ReceivedDatagramQueue.NO_BYTES;
        } finally {
            lock.unlock();
        }
    }

    /// Takes back an array without another reference; the garbage collector gets a larger one.
    void give(byte[] array) {
        usedBytes.addAndGet(-array.length);
        budget.give(array.length);
        if (array.length == ARRAY_BYTES) {
            lock.lock();
            try {
                if (count < MOST_KEPT) {
                    kept[count++] = array;
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
