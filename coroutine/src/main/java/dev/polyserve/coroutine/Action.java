package dev.polyserve.coroutine;

/// What a task does.
@FunctionalInterface
public interface Action {
    /// Does it; it may wait.
    void run() throws Exception;
}
