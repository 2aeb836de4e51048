package dev.polyserve.coroutine.hub;

/// Called when a task has ended. **Thread**: the hub's.
interface TaskEndListener {
    void ended(Task<?> task);

    /// Whether the listener passes the outcome on; a failure that no listener observes is reported.
    default boolean observes() {
        return true;
    }
}
