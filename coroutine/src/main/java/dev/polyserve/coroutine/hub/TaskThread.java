package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.carrier.CarrierThread;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The thread of a task: how the hub starts, parks and unparks it.
///
/// **Thread**: the task's own; any may call [#start], [#unpark], [#thread] and [#interrupt].
sealed interface TaskThread permits HubCarriedTaskThread, DefaultSchedulerTaskThread, AttachedTaskThread {
    /// Begins the task, at a later turn of the hub.
    void start();

    /// Waits for [#unpark]; may return early, and returns when the thread is interrupted.
    ///
    /// @return false when the thread is pinned, so that the wait would block the hub; then it has not waited
    default boolean park() {
        return CarrierThread.park(this);
    }

    /// Ends the present or next [#park], at a later turn of the hub.
    default void unpark() {
        LockSupport.unpark(thread());
    }

    /// Lets the other ready tasks run.
    @SuppressWarnings("ThreadPriorityCheck") // exact where the loop is the scheduler, a hint elsewhere
    default void letOthersRun() {
        Thread.yield();
    }

    /// Runs a call that may block the thread; other tasks run meanwhile.
    default <T extends @Nullable Object> T blocking(TaskCallable<T> work) throws Exception {
        return work.run();
    }

    Thread thread();

    /// Whether the thread may run while a task of the hub runs, so that it must not touch the state of the hub.
    default boolean isConcurrent() {
        return false;
    }

    /// Interrupts the thread and ends its park.
    default void interrupt() {
        thread().interrupt();
        unpark();
    }
}
