package dev.polyserve.coroutine.hub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A unit of work that a [Hub] runs cooperatively with its other tasks.
///
/// ```
///   SCHEDULED ──due──▶ READY ──turn──▶ RUNNING ──return──▶ SUCCEEDED
///       └──kill──────────┴──kill─▶ KILLED ◀─kill, ends by it─┴──throw──▶ FAILED
/// ```
///
/// **Thread**: any.
public final class Task<T extends @Nullable Object> {
    private static final ScopedValue<Task<?>> CURRENT = ScopedValue.newInstance();

    /// The state of a task.
    public enum Phase {
        /// Waits for its delay ([Hub#spawnLater]).
        SCHEDULED,
        /// Begins at a later turn.
        READY,
        /// Has begun.
        RUNNING,
        /// Has returned its result.
        SUCCEEDED,
        /// Has thrown an exception.
        FAILED,
        /// Was killed, which is not a failure.
        KILLED
    }

    private final HubCore core;
    private final String name;
    private final TaskCallable<T> work;
    private final TaskThread taskThread;
    private final @Nullable Throwable spawnSite;
    private final List<TaskEndListener> endListeners = new ArrayList<>(1);
    private volatile Phase phase;
    private @Nullable T result;
    private @Nullable Throwable failure;
    private final PendingThrows pendingThrows = new PendingThrows(this);
    private HubScheduler.@Nullable Timer delay;
    /// The neighbours in [LiveTasks].
    @Nullable
    Task<?> before;
    @Nullable
    Task<?> after;
    /// The present wait; null when the hub does not have to wake it.
    @Nullable
    Waiter waitsFor;

    Task(HubCore core, String name, TaskCallable<T> work, @Nullable Throwable spawnSite) {
        this.core = core;
        this.name = name;
        this.work = work;
        this.spawnSite = spawnSite;
        this.taskThread = core.newTaskThread(this, this::run);
        this.phase = Phase.READY;
    }

    /// An attached task; its thread runs already.
    private Task(HubCore core, TaskThread taskThread, TaskCallable<T> work) {
        this.core = core;
        this.name = taskThread.thread().getName() + "-" + taskThread.thread().threadId();
        this.work = work;
        this.spawnSite = null;
        this.taskThread = taskThread;
        this.phase = Phase.RUNNING;
    }

    /// The task of a thread that the hub did not start, from now until [#detach].
    ///
    /// @param concurrent whether the thread may run while a task of the hub runs
    static Task<@Nullable Void> attached(HubCore core, Thread thread, boolean concurrent) {
        return new Task<>(core, new AttachedTaskThread(thread, concurrent), () -> null);
    }

    /// The calling task, of any hub; null when the caller is no task.
    static @Nullable Task<?> calling() {
        if (CURRENT.isBound()) {
            return CURRENT.get();
        }
        EmbeddedHub host = EmbeddedHub.ofCaller();
        return host == null ? null : host.calling();
    }

    /// The calling task.
    ///
    /// @throws IllegalStateException when the caller is not a task
    public static Task<?> current() {
        Task<?> task = calling();
        if (task == null) {
            throw new IllegalStateException("this thread is not a task of a hub: " + Thread.currentThread());
        }
        return task;
    }

    // --- life cycle, on the hub ---

    void begin() {
        core.assertOwner();
        if (phase == Phase.READY) {
            taskThread.start();
        }
    }

    void beginIn(long delayNanos) {
        core.assertOwner();
        if (phase == Phase.READY) {
            phase = Phase.SCHEDULED;
            delay = core.scheduler().schedule(delayNanos, () -> {
                phase = Phase.READY;
                taskThread.start();
            });
        }
    }

    private void run() {
        if (phase != Phase.READY) {
            return; // killed before its first turn
        }
        phase = Phase.RUNNING;
        try {
            result = ScopedValue.where(CURRENT, this).call(work::run);
            end(Phase.SUCCEEDED);
        } catch (Throwable e) { // kept for get() and join, or reported
            failure = e;
            end(pendingThrows.isKilledBy(e) ? Phase.KILLED : Phase.FAILED);
        }
    }

    /// Ends an attached task. **Thread**: its own.
    void detach() {
        core.onHub(() -> {
            phase = pendingThrows.isKillRequested() ? Phase.KILLED : Phase.SUCCEEDED;
            callEndListeners();
        });
    }

    private void end(Phase last) {
        core.assertOwner();
        phase = last;
        core.ended(this, last == Phase.FAILED && isUnobserved());
        callEndListeners();
    }

    private void callEndListeners() {
        for (TaskEndListener listener : endListeners) {
            listener.ended(this);
        }
        endListeners.clear();
    }

    private boolean isUnobserved() {
        for (TaskEndListener listener : endListeners) {
            if (listener.observes()) {
                return false;
            }
        }
        return true;
    }

    void add(TaskEndListener listener) {
        core.assertOwner();
        if (isDone()) {
            listener.ended(this);
        } else {
            endListeners.add(listener);
        }
    }

    void remove(TaskEndListener listener) {
        core.assertOwner();
        endListeners.remove(listener);
    }

    void killNow() {
        core.assertOwner();
        switch (phase) {
            case SCHEDULED, READY -> {
                if (delay != null) {
                    delay.cancel();
                }
                failure = new KilledException(this);
                end(Phase.KILLED);
            }
            case RUNNING -> pendingThrows.kill();
            case SUCCEEDED, FAILED, KILLED -> {
                // The task has ended.
            }
        }
    }

    TaskThread taskThread() {
        return taskThread;
    }

    PendingThrows pendingThrows() {
        return pendingThrows;
    }

    HubCore core() {
        return core;
    }

    @Nullable Throwable failure() {
        return failure;
    }

    /// The result; throws what the task threw.
    @SuppressWarnings("NullAway") // null only where T may be
    T resultOrError() throws Exception {
        return switch (failure) {
            case null -> result;
            case Exception error -> throw error;
            case Error error -> throw error;
            default -> throw new ExecutionException(this + " failed", failure);
        };
    }

    // --- state ---

    /// The name of the task and of its thread.
    public String name() {
        return name;
    }

    /// The present state.
    public Phase phase() {
        return phase;
    }

    /// Whether the body has begun.
    public boolean isStarted() {
        return phase != Phase.SCHEDULED && phase != Phase.READY
                && !(phase == Phase.KILLED && !pendingThrows.isKillRequested());
    }

    /// The thread of the task. Thread dumps, debuggers and JFR show it by the task's name.
    public Thread thread() {
        return taskThread.thread();
    }

    /// The stack at which the task was spawned; empty unless the hub records it ([HubOptions#withSpawnSites]).
    public List<StackTraceElement> spawnSite() {
        return spawnSite == null ? List.of() : List.of(spawnSite.getStackTrace());
    }

    /// Whether the task has ended, whatever its outcome.
    public boolean isDone() {
        return switch (phase) {
            case SCHEDULED, READY, RUNNING -> false;
            case SUCCEEDED, FAILED, KILLED -> true;
        };
    }

    /// Whether the task ended because it was killed.
    public boolean isKilled() {
        return phase == Phase.KILLED;
    }

    /// The exception of a failed task.
    public Optional<Throwable> error() {
        return phase == Phase.FAILED ? Optional.ofNullable(failure) : Optional.empty();
    }

    // --- joining ---

    /// Waits until the task has ended, whatever its outcome.
    public void join() throws InterruptedException {
        join(Long.MAX_VALUE);
    }

    /// Waits until the task has ended, at most for the given time.
    ///
    /// @return whether the task has ended
    public boolean join(Duration atMost) throws InterruptedException {
        return join(Hub.nanos(atMost));
    }

    private boolean join(long atMostNanos) throws InterruptedException {
        if (isDone()) {
            return true;
        }
        Task<?> current = core.callingTask();
        if (current == this) {
            throw new IllegalStateException(this + " cannot join itself");
        }
        Waiter waiter = new Waiter(current == null ? null : current.taskThread, this);
        core.onHub(() -> add(waiter));
        try {
            return core.await(waiter, current, atMostNanos);
        } finally {
            if (!waiter.isWoken()) {
                core.onHub(() -> remove(waiter));
            }
        }
    }

    /// Waits for the result.
    ///
    /// @throws ExecutionException when the task failed; the cause is its exception
    /// @throws CancellationException when the task was killed
    public T get() throws InterruptedException, ExecutionException {
        join();
        return outcome();
    }

    /// Waits for the result, at most for the given time.
    ///
    /// @throws TimeoutException when the task has not ended in time; otherwise as [#get()]
    public T get(Duration atMost) throws InterruptedException, ExecutionException, TimeoutException {
        if (!join(atMost)) {
            throw new TimeoutException(this + " has not ended within " + atMost.toMillis() + " ms");
        }
        return outcome();
    }

    @SuppressWarnings("NullAway") // null only where T may be
    private T outcome() throws ExecutionException {
        return switch (phase) {
            case SUCCEEDED -> result;
            case FAILED -> throw new ExecutionException(this + " failed", failure);
            case KILLED -> throw new CancellationException(this + " was killed");
            case SCHEDULED, READY, RUNNING -> throw new IllegalStateException(this + " has not ended");
        };
    }

    /// Calls `done` on the hub when the task has ended, at the next turn if it has ended already.
    ///
    /// Callbacks run in the order of the calls to this method. A callback must not wait. What it throws is reported
    /// ([HubEventListener#callbackFailed]), and the other callbacks still run.
    ///
    /// @return removes the callback, if it has not run
    public Runnable link(Consumer<? super Task<T>> done) {
        Objects.requireNonNull(done, "done");
        TaskEndListener listener = _ -> core.scheduler().execute(() -> done.accept(this));
        core.onHub(() -> add(listener));
        return () -> core.onHub(() -> remove(listener));
    }

    // --- killing ---

    /// Requests the end of the task, without waiting for it. Does nothing when the task has ended.
    ///
    /// A task that has not begun never begins. In a running task the present or next wait throws [KilledException]; a
    /// blocking call of the JDK is interrupted. The body may catch the exception and continue.
    public void kill() {
        core.onHub(this::killNow);
    }

    /// Kills the task and waits for its end, at most for the given time.
    ///
    /// @return whether the task has ended in time
    public boolean kill(Duration atMost) throws InterruptedException {
        kill();
        return join(atMost);
    }

    @Override
    public String toString() {
        return "task " + name;
    }
}
