package dev.polyserve.coroutine.hub;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A time limit for a section of a task, waits included.
///
/// ```java
/// Timeout limit = Timeout.after(Duration.ofSeconds(1));
/// try {
///     limit.call(() -> ask(server));
/// } catch (TimeoutExpiredException e) {
///     // e.timeout() == limit: it is this limit, not an outer one
/// }
/// ```
///
/// When the limit expires, the present or next wait of the task throws [TimeoutExpiredException]. A blocking call of
/// the JDK is interrupted, and its exception is translated at the end of the section. A computation that does not wait
/// is not interrupted, and its result is returned.
///
/// **Thread**: a task of a hub; one section at a time.
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

    /// Creates a limit; its time begins with [#call].
    ///
    /// @throws IllegalArgumentException when it is negative
    public static Timeout after(Duration limit) {
        Hub.nanos(limit);
        return new Timeout(limit);
    }

    /// Runs a section of the calling task under this limit.
    ///
    /// @throws TimeoutExpiredException when this limit or an outer one has expired: see
    ///         [TimeoutExpiredException#timeout]
    /// @throws Exception what the section throws
    public <T extends @Nullable Object> T call(TaskCallable<T> section) throws Exception {
        Task<?> current = Task.calling();
        if (current == null || current != current.core().callingTask()) {
            throw new IllegalStateException(
                    "a timeout needs a task of a hub; this thread is not one: " + Thread.currentThread());
        }
        if (task != null) {
            throw new IllegalStateException("this timeout is already in use: create another one");
        }
        PendingThrows pendingThrows = current.pendingThrows();
        int use = pendingThrows.enter(this);
        HubScheduler.Timer timer = current.core().schedule(Hub.nanos(limit), () -> pendingThrows.expire(this, use));
        try {
            return section.run();
        } catch (InterruptedException | IOException e) {
            throw translated(e, pendingThrows);
        } finally {
            timer.cancel();
            pendingThrows.leave(this);
        }
    }

    /// Runs a section of the calling task, without a result, under this limit.
    public void run(TaskRunnable section) throws Exception {
        this.<@Nullable Void>call(() -> {
            section.run();
            return null;
        });
    }

    /// Runs a section as [#call]; returns `otherwise` when this limit expires, and rethrows when an outer one does.
    public <T extends @Nullable Object> T callOr(T otherwise, TaskCallable<T> section) throws Exception {
        try {
            return call(section);
        } catch (TimeoutExpiredException e) {
            if (!e.timeout().equals(this)) {
                throw e;
            }
            return otherwise;
        }
    }

    /// Whether the limit expired in its latest use.
    public boolean isExpired() {
        return expired;
    }

    private Exception translated(Exception thrown, PendingThrows pendingThrows) {
        boolean ours = thrown instanceof KilledException || thrown instanceof TimeoutExpiredException;
        if (ours || !pendingThrows.isBecauseOf(this)) {
            return thrown;
        }
        TimeoutExpiredException timedOut = takeException();
        timedOut.initCause(thrown);
        return timedOut;
    }

    // --- called by PendingThrows; its monitor guards this state ---

    int begins(Task<?> current, @Nullable Timeout around) {
        task = current;
        outer = around;
        expired = false;
        pending = false;
        return ++uses;
    }

    /// Expires the limit, if `use` is still the present use.
    ///
    /// @return whether it expired
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

    /// The exception to throw; it is no longer pending afterwards.
    TimeoutExpiredException takeException() {
        pending = false;
        return new TimeoutExpiredException(this);
    }

    @Override
    public String toString() {
        return "timeout of " + limit;
    }
}
