package dev.polyserve.coroutine.hub;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The exceptions that the next wait of a task throws: [KilledException] and [TimeoutExpiredException].
///
/// Each request interrupts the task's thread; the wait then asks [#take] for the reason. The monitor of this object
/// guards its state and that of the [Timeout]s in it, because an attached thread may run while the hub kills it or a
/// timer expires.
///
/// **Thread**: the hub's and the task's.
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

    /// Whether `error` ended a killed task: an interrupted wait, or a socket that the interrupt closed.
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

    /// Begins a section with a time limit, inside the present innermost one.
    ///
    /// @return the number of this use, for [#expire]
    synchronized int enter(Timeout timeout) {
        int use = timeout.begins(task, innermost);
        innermost = timeout;
        return use;
    }

    /// Expires a time limit, unless its section has ended.
    synchronized void expire(Timeout timeout, int use) {
        if (timeout.expires(use)) {
            task.taskThread().interrupt();
        }
    }

    /// Ends the section. **Thread**: the task's.
    synchronized void leave(Timeout timeout) {
        boolean unthrown = timeout.isPending();
        innermost = timeout.outer();
        timeout.ends();
        if (unthrown) {
            // It is no longer thrown, so its interrupt is cleared unless another reason remains.
            boolean interrupted = Thread.interrupted();
            if (interrupted && isAnyPending()) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// The exception to throw after an interrupt. The caller has cleared the interrupt status.
    synchronized InterruptedException take() {
        InterruptedException thrown;
        Timeout expired = outermostPending();
        if (killPending) {
            killPending = false;
            thrown = new KilledException(task);
        } else if (expired != null) {
            thrown = expired.takeException();
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

    /// Whether this timeout caused the exception of a call of the JDK: no kill and no outer timeout is pending.
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
