package dev.polyserve.coroutine;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A limit on how long a piece of a task may take, waits included.
///
/// ```java
/// Timeout patience = Timeout.after(Duration.ofSeconds(1));
/// try {
///     patience.call(() -> ask(server));
/// } catch (TimedOutException e) {
///     // e.timeout() == patience: an outer one looks different
/// }
/// ```
///
/// When it expires, the present or next wait of the task throws [TimedOutException]; a call of the JDK is interrupted, and what it
/// throws is translated at the end of the piece. A computation that does not wait is not cut short: its result stands.
///
/// **Thread**: a task of a hub, one piece at a time.
public final class Timeout {
    private final Duration limit;
    private @Nullable Timeout outer;
    private @Nullable Task<?> task;
    private boolean expired;
    private boolean pending;

    private Timeout(Duration limit) {
        this.limit = limit;
    }

    /// A limit; its time begins with [#call].
    ///
    /// @throws IllegalArgumentException when it is negative
    public static Timeout after(Duration limit) {
        Hub.nanos(limit);
        return new Timeout(limit);
    }

    /// Runs a piece of the calling task.
    ///
    /// @throws TimedOutException when this limit has expired, or one around it: see [TimedOutException#timeout]
    /// @throws Exception what the piece throws
    public <T extends @Nullable Object> T call(Work<T> piece) throws Exception {
        Task<?> current = Task.calling();
        if (current == null || current != current.core().callingTask()) {
            throw new IllegalStateException(
                    "a timeout is for tasks of a hub, and this thread is none: " + Thread.currentThread());
        }
        if (task != null) {
            throw new IllegalStateException("this timeout is running already: make another");
        }
        task = current;
        expired = false;
        pending = false;
        outer = current.signals().enter(this);
        HubTimer timer = new HubTimer(this::expire);
        current.core().ground().set(timer, Hub.nanos(limit));
        try {
            return piece.run();
        } catch (InterruptedException | IOException e) {
            throw translated(e, current);
        } finally {
            current.core().ground().cancel(timer);
            leave(current);
        }
    }

    /// Runs a piece of the calling task, with no result but that it ended in time.
    public void run(Action piece) throws Exception {
        this.<@Nullable Void>call(() -> {
            piece.run();
            return null;
        });
    }

    /// As [#call], but when this limit expires, and not one around it, the result is `otherwise`.
    public <T extends @Nullable Object> T callOr(T otherwise, Work<T> piece) throws Exception {
        try {
            return call(piece);
        } catch (TimedOutException e) {
            if (!e.timeout().equals(this)) {
                throw e;
            }
            return otherwise;
        }
    }

    /// Whether it expired in its latest use.
    public boolean isExpired() {
        return expired;
    }

    /// The timer's action, on the hub.
    private void expire() {
        Task<?> running = task;
        if (running != null) {
            expired = true;
            pending = true;
            running.strand().interrupt();
        }
    }

    private Exception translated(Exception thrown, Task<?> current) {
        boolean ours = thrown instanceof KilledException || thrown instanceof TimedOutException;
        if (ours || !current.signals().isBecauseOf(this)) {
            return thrown;
        }
        TimedOutException timedOut = told();
        timedOut.initCause(thrown);
        return timedOut;
    }

    private void leave(Task<?> current) {
        if (pending) {
            pending = false;
            // Not thrown any more: without its interrupt, unless another reason for one is left.
            boolean interrupted = Thread.interrupted();
            if (interrupted && current.signals().isAnyPending()) {
                Thread.currentThread().interrupt();
            }
        }
        current.signals().leave(outer);
        outer = null;
        task = null;
    }

    // --- for the signals ---

    @Nullable Timeout outer() {
        return outer;
    }

    boolean isPending() {
        return pending;
    }

    /// What to throw, once.
    TimedOutException told() {
        pending = false;
        return new TimedOutException(this);
    }

    @Override
    public String toString() {
        return "timeout of " + limit;
    }
}
