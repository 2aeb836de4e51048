package dev.polyserve.coroutine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// How a task gets its turns on its hub. Its waits are those of its thread, unless it has to tell the hub of them.
///
/// **Thread**: the task's own, except [#start], [#unpark], [#thread] and [#interrupt], which any may call.
sealed interface TaskThread permits HubTaskThread, HandoffTaskThread, AttachedTaskThread {
    /// Begins, at a later turn of the hub.
    void start();

    /// Waits for [#unpark]; may return without, also when its thread is interrupted.
    ///
    /// @return false when its thread is pinned, so that the wait would stop the hub; it has not waited
    default boolean park() {
        return CarrierThread.park(this);
    }

    /// Ends the present or next [#park], at a later turn of the hub.
    default void unpark() {
        LockSupport.unpark(thread());
    }

    /// Lets the others run.
    @SuppressWarnings("ThreadPriorityCheck") // it is exact where the loop is the scheduler, and as good as any elsewhere
    default void letOthersRun() {
        Thread.yield();
    }

    /// Runs what may block the thread; the others run meanwhile.
    default <T extends @Nullable Object> T blocking(Work<T> work) throws Exception {
        return work.run();
    }

    /// Its thread.
    Thread thread();

    /// Whether it may run while other tasks of the hub do, and so must not touch what is the hub's.
    default boolean isBeside() {
        return false;
    }

    /// Interrupts its thread, and ends its park.
    default void interrupt() {
        thread().interrupt();
        unpark();
    }
}
