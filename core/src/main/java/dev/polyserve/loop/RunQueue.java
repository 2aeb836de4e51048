package dev.polyserve.loop;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// The continuations of coroutines that a loop is to run next.
///
/// **Thread**: the loop's, except [#addForeign].
final class RunQueue {
    /// From the loop's own thread.
    private final ArrayQueue<Runnable> own = new ArrayQueue<>();
    private final Queue<Runnable> foreign = new ConcurrentLinkedQueue<>();
    private boolean foreignFirst;

    void addOwn(Runnable continuation) {
        own.add(continuation);
    }

    /// Adds a continuation from another thread. **Thread**: any.
    void addForeign(Runnable continuation) {
        foreign.add(continuation);
    }

    boolean isEmpty() {
        return own.isEmpty() && foreign.isEmpty();
    }

    /// Takes the next continuation, from the two queues alternately: coroutines that only yield must not starve those
    /// that other threads have woken.
    @Nullable Runnable poll() {
        foreignFirst = !foreignFirst;
        Runnable next = foreignFirst ? foreign.poll() : own.poll();
        if (next == null) {
            next = foreignFirst ? own.poll() : foreign.poll();
        }
        return next;
    }
}
