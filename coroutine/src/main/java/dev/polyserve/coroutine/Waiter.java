package dev.polyserve.coroutine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One wait of one thread, which is woken once.
///
/// **Thread**: made by the one that waits; [#wake] by any.
final class Waiter implements TaskEndListener {
    private final Thread thread;
    /// What waits, when that is a task of the hub.
    private final @Nullable TaskThread taskThread;
    /// For whoever asks why nothing goes on.
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

    /// Its time is over.
    void expire() {
        expired = true;
        unpark();
    }

    /// Lets it look again at what it waits for.
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
