package dev.polyserve.loop;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A lock that event loops and their coroutines share with other threads, held for a moment only: whoever has it does not wait.
///
/// It is taken without queueing for it. Where a loop's coroutine is in the queue and the loop itself behind it, a lock, or a
/// monitor, is handed to the coroutine, which needs the loop to run: neither goes on ever again.
///
/// **Thread**: any.
public final class ShortLock {
    private static final int SPINS = 100;

    private final ReentrantLock lock = new ReentrantLock();

    /// One that nobody has.
    public ShortLock() {}

    /// Takes it, as soon as it is free.
    @SuppressWarnings("ThreadPriorityCheck") // a coroutine that yields lets its loop run: that is what this is about
    public void lock() {
        for (int spins = 0; !lock.tryLock(); spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /// Gives it back.
    public void unlock() {
        lock.unlock();
    }

    /// What to wait for, having it; for threads that are neither a loop's nor its coroutines.
    public Condition newCondition() {
        return lock.newCondition();
    }
}
