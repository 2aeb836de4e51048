package dev.polyserve.coroutine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One wait for several tasks. **Thread**: the hub's, and the one that waits after it was woken.
final class JoinWait implements TaskEndListener {
    private final Waiter waiter;
    private final int enough;
    private final boolean failureIsEnough;
    private final List<Task<?>> ended = new ArrayList<>();
    private @Nullable Task<?> firstFailed;

    /// @param enough how many ends to wait for
    JoinWait(Waiter waiter, int enough, boolean failureIsEnough) {
        this.waiter = waiter;
        this.enough = enough;
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
        if (ended.size() >= enough || (failed && failureIsEnough)) {
            waiter.wake();
        }
    }

    /// Those that have ended, in the order of their ends.
    List<Task<?>> ended() {
        return List.copyOf(ended);
    }

    /// The one that failed first, if any did.
    @Nullable Task<?> firstFailed() {
        return firstFailed;
    }
}
