package dev.polyserve.io;

import dev.polyserve.Limit;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The datagrams that wait for the handler of one session: their lengths and bytes in a ring, which is bounded.
///
/// An empty queue has no array. The first datagram takes a small one from the pool, and others take larger ones.
///
/// **Thread**: that which holds the lock of its [DatagramSession].
final class ReceivedDatagramQueue {
    /// What [#nextBytes] returns when the queue is empty.
    static final int NONE = -3;
    private static final int LENGTH_BYTES = 2;
    static final byte[] NO_BYTES = {};

    private final ReceivedDatagramQueuePool pool;
    private final int mostBytes;
    /// Its length is a power of two, or 0.
    private byte[] ring = NO_BYTES;
    private int head;
    private int used;

    /// @param mostBytes how many bytes may wait, with two for each datagram; one datagram may always wait
    ReceivedDatagramQueue(ReceivedDatagramQueuePool pool, int mostBytes) {
        this.pool = pool;
        this.mostBytes = mostBytes;
    }

    /// Adds a datagram.
    ///
    /// @return the limit that keeps it out; null: it is in the queue
    @Nullable Limit add(ByteBuffer datagram) {
        int count = datagram.remaining();
        int needed = used + LENGTH_BYTES + count;
        if (used > 0 && needed > mostBytes) {
            return Limit.DATAGRAM_QUEUE;
        }
        if (needed > ring.length && !grow(needed)) {
            return Limit.BUFFER_TOTAL;
        }
        put(used, count >> 8);
        put(used + 1, count);
        int begin = index(used + LENGTH_BYTES);
        int first = Math.min(count, ring.length - begin);
        datagram.get(ring, begin, first);
        datagram.get(ring, 0, count - first);
        used = needed;
        return null;
    }

    /// The length of the next datagram, or [#NONE].
    int nextBytes() {
        return used == 0 ? NONE : ((ring[index(0)] & 0xff) << 8) | (ring[index(1)] & 0xff);
    }

    /// Moves the next datagram to the buffer, which has room for it.
    void take(ByteBuffer into) {
        int count = nextBytes();
        int begin = index(LENGTH_BYTES);
        int first = Math.min(count, ring.length - begin);
        into.put(ring, begin, first);
        into.put(ring, 0, count - first);
        remove(count);
    }

    /// Drops the next datagram, if there is one.
    void drop() {
        if (used > 0) {
            remove(nextBytes());
        }
    }

    /// Drops all datagrams.
    void clear() {
        used = 0;
        give();
    }

    private void remove(int count) {
        head = index(LENGTH_BYTES + count);
        used -= LENGTH_BYTES + count;
        if (used == 0) {
            give();
        }
    }

    private void put(int offset, int value) {
        ring[index(offset)] = (byte) value;
    }

    private int index(int offset) {
        return (head + offset) & (ring.length - 1);
    }

    /// Takes an array for this many bytes.
    ///
    /// @return false when the budget is exhausted
    private boolean grow(int bytes) {
        int length = Math.max(ReceivedDatagramQueuePool.ARRAY_BYTES, Integer.highestOneBit(bytes - 1) << 1);
        byte[] larger = pool.take(length);
        if (larger.length == 0) {
            return false;
        }
        int first = Math.min(used, ring.length - head);
        System.arraycopy(ring, head, larger, 0, first);
        System.arraycopy(ring, 0, larger, first, used - first);
        int kept = used;
        give();
        ring = larger;
        used = kept;
        return true;
    }

    private void give() {
        if (ring.length > 0) {
            pool.give(ring);
            ring = NO_BYTES;
        }
        head = 0;
    }
}
