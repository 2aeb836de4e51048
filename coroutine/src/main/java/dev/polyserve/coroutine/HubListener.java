package dev.polyserve.coroutine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Hears what happens in a hub that nobody would hear of otherwise. What it does not override is logged, by [System.Logger],
/// name `dev.polyserve.coroutine`. So is what a listener throws, which ends nothing.
public interface HubListener {
    /// A task failed, and nobody waits for it, nor is linked to it. **Thread**: the hub's; it must not wait.
    default void taskFailed(Task<?> task, Throwable error) {
        HubLog.warn(task + " failed, and nobody waits for it" + HubLog.spawned(task), error);
    }

    /// A callback threw something; the hub goes on. **Thread**: the hub's; it must not wait.
    default void callbackFailed(Throwable error) {
        HubLog.warn("a callback on a hub failed", error);
    }

    /// One task has kept all the others from running for longer than the limit: a long computation, native code, or, where
    /// threads cannot be lent, a call of the JDK that blocks. Told once for each stretch. **Thread**: the monitor's.
    ///
    /// @param soFar how long, at least
    /// @param task which, if it could be told
    default void stalled(Duration soFar, Optional<Task<?>> task, List<StackTraceElement> stack) {
        HubLog.warn(HubLog.stalled(soFar, task, stack), null);
    }

    /// No task has run for a while, and each waits for a lock, a queue or another task, none for a time or a socket: perhaps
    /// nothing can wake them. Told once for each stretch. **Thread**: the monitor's.
    ///
    /// @param tasks the state of each, with its stack
    default void maybeDeadlocked(String tasks) {
        HubLog.warn("perhaps a deadlock: every task waits for a lock, a queue or another task\n" + tasks, null);
    }
}
