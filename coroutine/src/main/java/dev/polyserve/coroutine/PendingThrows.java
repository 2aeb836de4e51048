package dev.polyserve.coroutine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What is to be thrown in a task where it waits: that it was killed, that a timeout has expired. Each interrupts its thread, and
/// here is found out why it was interrupted.
///
/// Guarded by itself, as is what a [Timeout] notes in it: a guest beside the hub runs while the hub kills it, or its time is over.
///
/// **Thread**: the hub's, and the task's.
final class PendingThrows {
    private final Task<?> task;
    private boolean killRequested;
    private boolean killPending;
    private @Nullable Timeout innermost;

    PendingThrows(Task<?> task) {
        this.task = task;
    }

    synchronized void kill() {
        killRequested = true;
        killPending = true;
        task.taskThread().interrupt();
    }

    synchronized boolean isKillRequested() {
        return killRequested;
    }

    /// Whether the task ended by being killed: waits throw that they were interrupted, sockets that they were closed.
    boolean isKilledBy(Throwable error) {
        if (isKillRequested()) {
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                if (cause instanceof InterruptedException || cause instanceof IOException) {
                    return true;
                }
            }
        }
        return false;
    }

    /// A piece with a limit begins; the limit around it, if there is one, is kept in it.
    ///
    /// @return the number of this use, for [#expire]
    synchronized int enter(Timeout timeout) {
        int use = timeout.begins(task, innermost);
        innermost = timeout;
        return use;
    }

    /// Its time is over, unless it has ended.
    synchronized void expire(Timeout timeout, int use) {
        if (timeout.expires(use)) {
            task.taskThread().interrupt();
        }
    }

    /// It ends. **Thread**: the task's.
    synchronized void leave(Timeout timeout) {
        boolean untold = timeout.isPending();
        innermost = timeout.outer();
        timeout.ends();
        if (untold) {
            // Not thrown any more: without its interrupt, unless another reason for one is left.
            boolean interrupted = Thread.interrupted();
            if (interrupted && isAnyPending()) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// What to throw when the thread was interrupted; the interrupt is already taken.
    synchronized InterruptedException taken() {
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

    private boolean isAnyPending() {
        return killPending || outermostPending() != null;
    }

    /// Whether what was thrown by a wait that is not ours is due to this timeout: nothing from further out is pending.
    synchronized boolean isBecauseOf(Timeout timeout) {
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
