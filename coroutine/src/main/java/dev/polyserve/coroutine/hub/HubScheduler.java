package dev.polyserve.coroutine.hub;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The loop that runs the tasks of a hub: the hub's own loop, the event loop of a server, or one of the application
/// ([EmbeddedHub]).
///
/// **Thread**: as each method says.
public interface HubScheduler extends Executor {
    /// Runs a step at a later turn, in the order of submission. **Thread**: any; must not wait.
    @Override
    void execute(Runnable step);

    /// Whether virtual threads run on its thread: it is a platform thread, and
    /// [Carrier#whyNot][dev.polyserve.coroutine.carrier.Carrier#whyNot] is empty. The value never changes.
    boolean lendsThread();

    /// Whether the caller runs on the loop's own thread, as callbacks do. **Thread**: any.
    boolean isCurrent();

    /// Whether the loop has ended, so that no task runs any more. **Thread**: any.
    ///
    /// A step that is executed afterwards runs on the submitting thread or another one, one step at a time.
    boolean isEnded();

    /// Whether new tasks may begin. **Thread**: any.
    boolean takesTasks();

    /// Runs an action once, after at least `delayNanos`. **Thread**: its own, or a task that has its turn.
    Timer schedule(long delayNanos, Runnable action);

    /// A task's turn begins, or with null, has ended; for a loop that detects stalls. **Thread**: its own.
    void runningTaskChanged(@Nullable Task<?> task);

    /// A scheduled action.
    @FunctionalInterface
    interface Timer {
        /// Cancels the action; does nothing when it has run. **Thread**: as [#schedule].
        void cancel();
    }
}
