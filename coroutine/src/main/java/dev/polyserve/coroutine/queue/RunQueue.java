package dev.polyserve.coroutine.queue;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// The continuations of coroutines, or other steps, that a loop is to run next.
///
/// **Thread**: the loop's, except [#addForeign] and [#pollForeign].
public final class RunQueue {
    /// From the loop's own thread.
    private final OutOfMemorySafeQueue<Runnable> own = new OutOfMemorySafeQueue<>();
    private final Queue<Runnable> foreign = new ConcurrentLinkedQueue<>();
    private boolean foreignFirst;

    /// Adds a step from the loop's own thread.
    ///
    /// @throws OutOfMemoryError if there is no memory; then nothing was added
    public void addOwn(Runnable step) {
        own.add(step);
    }

    /// Adds a step from another thread. **Thread**: any.
    public void addForeign(Runnable step) {
        foreign.add(step);
    }

    public boolean isEmpty() {
        return own.isEmpty() && foreign.isEmpty();
    }

    /// Takes the next step, from the two queues alternately: coroutines that only yield must not starve those
    /// that other threads have woken.
    public @Nullable Runnable poll() {
        foreignFirst = !foreignFirst;
        Runnable next = foreignFirst ? foreign.poll() : own.poll();
        if (next == null) {
            next = foreignFirst ? own.poll() : foreign.poll();
        }
        return next;
    }

    /// Takes the next step from another thread. **Thread**: any.
    public @Nullable Runnable pollForeign() {
        return foreign.poll();
    }
}
