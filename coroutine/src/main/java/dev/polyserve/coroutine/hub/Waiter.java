package dev.polyserve.coroutine.hub;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One wait of one thread; it is woken at most once.
///
/// **Thread**: the waiting thread creates it; any may call [#wake].
final class Waiter implements TaskEndListener {
    private final Thread thread;
    /// The thread of the waiting task; null when the waiting thread is no task.
    private final @Nullable TaskThread taskThread;
    /// What the thread waits for, for the reports of stalls and deadlocks.
    private final Object reason;
    private volatile boolean woken;
    private volatile boolean expired;

    Waiter(@Nullable TaskThread taskThread, Object reason) {
        this.thread = Thread.currentThread();
        this.taskThread = taskThread;
        this.reason = reason;
    }

    boolean isWoken() {
        return woken;
    }

    boolean isExpired() {
        return expired;
    }

    Object reason() {
        return reason;
    }

    void wake() {
        woken = true;
        unpark();
    }

    /// Ends the wait because its time has passed.
    void expire() {
        expired = true;
        unpark();
    }

    /// Lets the waiting thread check its condition again.
    void unpark() {
        if (taskThread == null) {
            LockSupport.unpark(thread);
        } else {
            taskThread.unpark();
        }
    }

    @Override
    public void ended(Task<?> task) {
        wake();
    }
}
