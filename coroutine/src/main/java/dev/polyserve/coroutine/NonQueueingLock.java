package dev.polyserve.coroutine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A lock for what event loops and their coroutines share with other threads, taken without queueing for it.
///
/// A queueing lock, or a monitor, is handed to the first in its queue. Where that is a coroutine, and its loop is behind it in the queue,
/// the loop waits for the coroutine and the coroutine for its turn on the loop: a deadlock. Here a coroutine lets its loop run until
/// the lock is free, and a loop asks again.
///
/// It is held for a moment: code between [#lock] and [#unlock] does not wait, does not call code that may wait, and does not take the
/// lock again.
///
/// **Thread**: any.
public final class NonQueueingLock {
    private static final int SPINS = 100;

    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(NonQueueingLock.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Thread owner;

    /// A lock that is free.
    public NonQueueingLock() {}

    /// Takes it, as soon as it is free.
    ///
    /// @throws IllegalStateException when the calling thread has it already
    @SuppressWarnings("ThreadPriorityCheck") // a coroutine that yields lets its loop run: that is what this is about
    public void lock() {
        Thread current = Thread.currentThread();
        for (int spins = 0; !OWNER.compareAndSet(this, null, current); spins++) {
            if (current.equals(owner)) {
                throw new IllegalStateException(current + " has this lock already");
            }
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /// Gives it back.
    ///
    /// @throws IllegalStateException when the calling thread does not have it
    public void unlock() {
        if (!Thread.currentThread().equals(owner)) {
            throw new IllegalStateException(Thread.currentThread() + " does not have this lock");
        }
        owner = null;
    }
}
