package dev.polyserve.coroutine.hub;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A wait for several tasks. **Thread**: the hub's; after the wake-up, the waiting thread reads the result.
final class JoinWait implements TaskEndListener {
    private final Waiter waiter;
    private final int count;
    private final boolean failureIsEnough;
    private final List<Task<?>> ended = new ArrayList<>();
    private @Nullable Task<?> firstFailed;

    /// @param count the number of ends to wait for
    JoinWait(Waiter waiter, int count, boolean failureIsEnough) {
        this.waiter = waiter;
        this.count = count;
        this.failureIsEnough = failureIsEnough;
    }

    @Override
    public void ended(Task<?> task) {
        if (waiter.isWoken()) {
            return;
        }
        ended.add(task);
        boolean failed = task.phase() == Task.Phase.FAILED;
        if (failed && firstFailed == null) {
            firstFailed = task;
        }
        if (ended.size() >= count || (failed && failureIsEnough)) {
            waiter.wake();
        }
    }

    /// The tasks that have ended, in the order in which they ended.
    List<Task<?>> ended() {
        return List.copyOf(ended);
    }

    /// The task that failed first; null when none failed.
    @Nullable Task<?> firstFailed() {
        return firstFailed;
    }
}
