package dev.polyserve.coroutine;

/// Hears that a task has ended. **Thread**: the hub's.
interface TaskEndListener {
    void ended(Task<?> task);

    /// Whether somebody hears by it how the task ended.
    default boolean observes() {
        return true;
    }
}
