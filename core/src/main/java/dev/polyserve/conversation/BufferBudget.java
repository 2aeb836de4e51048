package dev.polyserve.conversation;

import dev.polyserve.Limit;
import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes that the buffers of all connections, and of the datagrams that are handled, retain, against the server's bound.
///
/// **Thread**: any. Connections report changes of capacity, not each byte, so it is off the hot path.
public final class BufferBudget {
    private volatile long most;
    private final AtomicLong used = new AtomicLong();

    /// A budget of so many bytes.
    public BufferBudget(long most) {
        this.most = most;
    }

    /// Takes `bytes`; a negative number gives back.
    ///
    /// @throws LimitException when there are not so many left; nothing was taken
    public void take(long bytes) throws LimitException {
        if (!tryTake(bytes)) {
            throw new LimitException(Limit.BUFFER_TOTAL);
        }
    }

    /// As [#take].
    ///
    /// @return false when there are not so many left; nothing was taken
    public boolean tryTake(long bytes) {
        if (used.addAndGet(bytes) > most && bytes > 0) {
            used.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /// Gives back what was taken.
    public void give(long bytes) {
        used.addAndGet(-bytes);
    }

    /// The bound.
    public long most() {
        return most;
    }

    /// Changes the bound; what is in use above it stays.
    void atMost(long bytes) {
        most = bytes;
    }

    /// How many are in use.
    public long used() {
        return used.get();
    }
}
