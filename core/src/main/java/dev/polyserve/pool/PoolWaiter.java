package dev.polyserve.pool;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A call that waits for a connection.
///
/// **Thread**: its own waits; any grants.
final class PoolWaiter {
    final Object home;
    final long sinceNanos;
    private final Thread thread;
    private volatile @Nullable PoolGrant granted;

    PoolWaiter(Object home, long sinceNanos) {
        this.home = home;
        this.sinceNanos = sinceNanos;
        this.thread = Thread.currentThread();
    }

    /// Says what it gets; called once, with the lock of the pool. [#wake] follows, without it.
    void grant(PoolGrant what) {
        granted = what;
    }

    void wake() {
        LockSupport.unpark(thread);
    }

    /// What it gets; null: nothing yet.
    @Nullable PoolGrant granted() {
        return granted;
    }

    /// Waits for the grant. A coroutine of an event loop parks, and its loop goes on.
    ///
    /// @return null when the time is over, or the thread was interrupted, whose status stays
    @Nullable PoolGrant await(long untilNanos) {
        PoolGrant now;
        while ((now = granted) == null) {
            long left = untilNanos - System.nanoTime();
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return null;
            }
            LockSupport.parkNanos(this, left);
        }
        return now;
    }
}
