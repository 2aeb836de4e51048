package dev.polyserve.coroutine;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The loop on whose thread the tasks of a hub run: the hub's own, that of a server, or one of yours ([HubHost]).
///
/// **Thread**: as each method says.
public interface HubScheduler extends Executor {
    /// Runs something at a later turn, in order. **Thread**: any; it must not wait.
    @Override
    void execute(Runnable step);

    /// Whether virtual threads can run on its thread: it is a platform thread, and [Carrier#whyNot] is empty. Always the same.
    boolean lendsThread();

    /// Whether the calling thread is its own, as in a callback. **Thread**: any.
    boolean isCurrent();

    /// Whether it has ended: no task runs any more, and what is executed runs where it comes from, or on another thread, one at a
    /// time. **Thread**: any.
    boolean isEnded();

    /// Whether new tasks may still begin. **Thread**: any.
    boolean takesTasks();

    /// Runs something once, in `delayNanos` or later. **Thread**: its own, or that of a task that has its turn.
    Timer schedule(long delayNanos, Runnable action);

    /// A task's turn begins, or, with null, has ended: for a loop that watches over what takes too long. **Thread**: its own.
    void serves(@Nullable Task<?> task);

    /// Something scheduled.
    @FunctionalInterface
    interface Timer {
        /// Cancels it; harmless when it has run. **Thread**: as [#schedule].
        void cancel();
    }
}
