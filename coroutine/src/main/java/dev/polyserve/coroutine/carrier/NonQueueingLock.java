package dev.polyserve.coroutine.carrier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A lock without a queue, for state that event loops and their coroutines share with other threads.
///
/// A queueing lock or a monitor is handed to the first thread in its queue. If that is a coroutine and its loop queues
/// behind it, the loop waits for the coroutine, and the coroutine waits for its turn on the loop: a deadlock. This lock
/// spins instead: a waiting coroutine yields to its loop, and a waiting loop retries.
///
/// Critical sections are short. Code between [#lock] and [#unlock] does not wait, does not call code that may wait, and
/// does not take the lock again.
///
/// Where many objects have such state, each may itself be the lock of its state, by inheritance: that saves an object.
///
/// **Thread**: any.
public class NonQueueingLock {
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

    /// Creates a free lock.
    public NonQueueingLock() {}

    /// Takes the lock as soon as it is free.
    ///
    /// @throws IllegalStateException when the calling thread holds it already
    @SuppressWarnings("ThreadPriorityCheck") // a coroutine that yields lets its loop run, which is the purpose
    public final void lock() {
        Thread current = Thread.currentThread();
        for (int spins = 0; !OWNER.compareAndSet(this, null, current); spins++) {
            if (current.equals(owner)) {
                throw new IllegalStateException(current + " already holds this lock");
            }
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /// Releases the lock.
    ///
    /// @throws IllegalStateException when the calling thread does not hold it
    public final void unlock() {
        if (!Thread.currentThread().equals(owner)) {
            throw new IllegalStateException(Thread.currentThread() + " does not hold this lock");
        }
        owner = null;
    }
}
