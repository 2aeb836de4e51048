package dev.polyserve.conversation;

import dev.polyserve.Limit;
import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes that the buffers of all connections, and of datagrams in handling, retain, against the server's
/// bound.
///
/// **Thread**: any. Connections report changes of capacity, not each byte, so it is off the hot path.
public final class BufferBudget {
    private volatile long most;
    private final AtomicLong used = new AtomicLong();

    /// Creates a budget of `most` bytes.
    public BufferBudget(long most) {
        this.most = most;
    }

    /// Takes `bytes`; a negative number gives bytes back.
    ///
    /// @throws LimitException when too few are left; nothing was taken
    public void take(long bytes) throws LimitException {
        if (!tryTake(bytes)) {
            throw new LimitException(Limit.BUFFER_TOTAL);
        }
    }

    /// As [#take].
    ///
    /// @return false when too few are left; nothing was taken
    public boolean tryTake(long bytes) {
        if (bytes <= 0) {
            used.addAndGet(bytes);
            return true;
        }
        long before;
        do {
            before = used.get();
            if (bytes > most - before) {
                return false;
            }
        } while (!used.compareAndSet(before, before + bytes));
        return true;
    }

    /// Gives `bytes` back.
    public void give(long bytes) {
        used.addAndGet(-bytes);
    }

    /// The bound.
    public long most() {
        return most;
    }

    /// Changes the bound; bytes in use above it stay in use.
    void atMost(long bytes) {
        most = bytes;
    }

    /// The number of bytes in use.
    public long used() {
        return used.get();
    }
}
