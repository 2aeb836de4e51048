package dev.polyserve.coroutine.hub;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Receives the events of a hub that no task observes: failures, stalls and suspected deadlocks.
///
/// A method that is not overridden logs its event to the [System.Logger] `dev.polyserve.coroutine`. What a listener
/// throws is logged too and has no other effect.
public interface HubEventListener {
    /// A task failed, and no task waits for it or is linked to it. **Thread**: the hub's; must not wait.
    default void taskFailed(Task<?> task, Throwable error) {
        HubLog.warn(task + " failed, and no other task waits for it" + HubLog.spawned(task), error);
    }

    /// A callback threw an exception; the hub continues. **Thread**: the hub's; must not wait.
    default void callbackFailed(Throwable error) {
        HubLog.failed("a callback on a hub failed", error);
    }

    /// One task has kept the hub from running others for longer than the stall limit.
    ///
    /// Causes are a long computation, native code, or, where threads cannot be lent, a blocking call of the JDK. Each
    /// stall is reported once. **Thread**: the monitor's.
    ///
    /// @param soFar the duration of the stall so far
    /// @param task the task, if it is known
    default void stalled(Duration soFar, Optional<Task<?>> task, List<StackTraceElement> stack) {
        HubLog.warn(HubLog.stalled(soFar, task, stack), null);
    }

    /// All tasks have been waiting for a while, each for a lock, a queue or another task, so that possibly nothing can
    /// wake them.
    ///
    /// No task waits for a timer or a socket. Each such period is reported once. **Thread**: the monitor's.
    ///
    /// @param tasks the state of each task, with its stack
    default void maybeDeadlocked(String tasks) {
        HubLog.warn("possible deadlock: every task waits for a lock, a queue or another task\n" + tasks, null);
    }
}
