package dev.polyserve.coroutine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What is to be thrown in a task where it waits: that it was killed, that a timeout has expired. Each interrupts its thread, and
/// here is found out why it was interrupted.
///
/// **Thread**: the hub's, and the task's while it has its turn.
final class Signals {
    private final Task<?> task;
    private boolean killRequested;
    private boolean killPending;
    private @Nullable Timeout innermost;

    Signals(Task<?> task) {
        this.task = task;
    }

    void kill() {
        killRequested = true;
        killPending = true;
        task.strand().interrupt();
    }

    boolean isKillRequested() {
        return killRequested;
    }

    /// Whether the task ended by being killed: waits throw that they were interrupted, sockets that they were closed.
    boolean isKilledBy(Throwable error) {
        if (killRequested) {
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                if (cause instanceof InterruptedException || cause instanceof IOException) {
                    return true;
                }
            }
        }
        return false;
    }

    @Nullable Timeout enter(Timeout timeout) {
        Timeout outer = innermost;
        innermost = timeout;
        return outer;
    }

    void leave(@Nullable Timeout outer) {
        innermost = outer;
    }

    /// What to throw when the thread was interrupted; the interrupt is already taken.
    InterruptedException taken() {
        InterruptedException thrown;
        Timeout expired = outermostPending();
        if (killPending) {
            killPending = false;
            thrown = new KilledException(task);
        } else if (expired != null) {
            thrown = expired.told();
        } else {
            thrown = new InterruptedException(task + " was interrupted");
        }
        if (isAnyPending()) {
            Thread.currentThread().interrupt(); // for the next wait
        }
        return thrown;
    }

    /// Whether anything waits to be thrown.
    boolean isAnyPending() {
        return killPending || outermostPending() != null;
    }

    /// Whether what was thrown by a wait that is not ours is due to this timeout: nothing from further out is pending.
    boolean isBecauseOf(Timeout timeout) {
        return !killPending && timeout.equals(outermostPending());
    }

    private @Nullable Timeout outermostPending() {
        Timeout outermost = null;
        for (Timeout timeout = innermost; timeout != null; timeout = timeout.outer()) {
            if (timeout.isPending()) {
                outermost = timeout;
            }
        }
        return outermost;
    }
}
