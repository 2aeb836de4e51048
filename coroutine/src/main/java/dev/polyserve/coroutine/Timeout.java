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
/// } catch (TimeoutExpiredException e) {
///     // e.timeout() == patience: an outer one looks different
/// }
/// ```
///
/// When it expires, the present or next wait of the task throws [TimeoutExpiredException]; a call of the JDK is interrupted, and what it
/// throws is translated at the end of the piece. A computation that does not wait is not cut short: its result stands.
///
/// **Thread**: a task of a hub, one piece at a time.
public final class Timeout {
    private final Duration limit;
    private @Nullable Timeout outer;
    private @Nullable Task<?> task;
    private boolean expired;
    private boolean pending;
    private int uses;

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
    /// @throws TimeoutExpiredException when this limit has expired, or one around it: see [TimeoutExpiredException#timeout]
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
        PendingThrows signals = current.signals();
        int use = signals.enter(this);
        HubScheduler.Timer timer = current.core().schedule(Hub.nanos(limit), () -> signals.expire(this, use));
        try {
            return piece.run();
        } catch (InterruptedException | IOException e) {
            throw translated(e, signals);
        } finally {
            timer.cancel();
            signals.leave(this);
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
        } catch (TimeoutExpiredException e) {
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

    private Exception translated(Exception thrown, PendingThrows signals) {
        boolean ours = thrown instanceof KilledException || thrown instanceof TimeoutExpiredException;
        if (ours || !signals.isBecauseOf(this)) {
            return thrown;
        }
        TimeoutExpiredException timedOut = told();
        timedOut.initCause(thrown);
        return timedOut;
    }

    // --- for the signals, which guard all this ---

    int begins(Task<?> current, @Nullable Timeout around) {
        task = current;
        outer = around;
        expired = false;
        pending = false;
        return ++uses;
    }

    /// Its time is over, if this is still the use that the timer was for.
    ///
    /// @return whether it is
    boolean expires(int use) {
        if (task == null || use != uses) {
            return false;
        }
        expired = true;
        pending = true;
        return true;
    }

    void ends() {
        pending = false;
        outer = null;
        task = null;
    }

    @Nullable Timeout outer() {
        return outer;
    }

    boolean isPending() {
        return pending;
    }

    /// What to throw, once.
    TimeoutExpiredException told() {
        pending = false;
        return new TimeoutExpiredException(this);
    }

    @Override
    public String toString() {
        return "timeout of " + limit;
    }
}
