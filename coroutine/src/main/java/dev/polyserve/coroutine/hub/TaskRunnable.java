package dev.polyserve.coroutine.hub;

/// The body of a task without a result.
@FunctionalInterface
public interface TaskRunnable {
    /// Runs; may wait.
    void run() throws Exception;
}
