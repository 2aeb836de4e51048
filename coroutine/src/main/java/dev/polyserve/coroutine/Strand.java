package dev.polyserve.coroutine;

import org.jspecify.annotations.Nullable;

/// How a task gets its turns on its hub.
///
/// **Thread**: the task's own, except [#start], [#unpark], [#thread] and [#interrupt], which any may call.
sealed interface Strand permits LentStrand, BatonStrand, GuestStrand {
    /// Begins, at a later turn of the hub.
    void start();

    /// Waits for [#unpark]; may return without, also when its thread is interrupted.
    void park();

    /// Ends the present or next [#park], at a later turn of the hub.
    void unpark();

    /// Lets the others run.
    void letOthersRun();

    /// Runs what may block the thread; the others run meanwhile.
    <T extends @Nullable Object> T blocking(Work<T> work) throws Exception;

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
