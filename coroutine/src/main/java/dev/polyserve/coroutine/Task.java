package dev.polyserve.coroutine;

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

/// Something that a [Hub] runs beside others, one at a time.
///
/// ```
///   SCHEDULED ──due──▶ READY ──turn──▶ RUNNING ──return──▶ SUCCEEDED
///       └──kill──────────┴──kill─▶ KILLED ◀─kill, ends by it─┴──throw──▶ FAILED
/// ```
///
/// **Thread**: any may ask, join, link and kill; what it hears or starts runs on the core.
public final class Task<T extends @Nullable Object> {
    private static final ScopedValue<Task<?>> CURRENT = ScopedValue.newInstance();

    /// Where a task is in its life.
    public enum Phase {
        /// Waits for its time ([Hub#spawnLater]).
        SCHEDULED,
        /// Will begin at a later turn.
        READY,
        /// Has begun.
        RUNNING,
        /// Has returned its result.
        SUCCEEDED,
        /// Has thrown something.
        FAILED,
        /// Was killed; that is not a failure.
        KILLED
    }

    private final HubCore core;
    private final String name;
    private final Work<T> work;
    private final TaskThread taskThread;
    private final @Nullable Throwable spawnSite;
    private final List<TaskEndListener> endings = new ArrayList<>(1);
    private volatile Phase phase;
    private @Nullable T result;
    private @Nullable Throwable failure;
    private final PendingThrows signals = new PendingThrows(this);
    private HubScheduler.@Nullable Timer delay;
    /// Neighbours in the hub's list of those alive.
    @Nullable
    Task<?> before;
    @Nullable
    Task<?> after;
    /// What it waits for, when only its hub can wake it.
    @Nullable
    Waiter waitsFor;

    Task(HubCore core, String name, Work<T> work, @Nullable Throwable spawnSite) {
        this.core = core;
        this.name = name;
        this.work = work;
        this.spawnSite = spawnSite;
        this.taskThread = core.newStrand(this, this::run);
        this.phase = Phase.READY;
    }

    /// A guest's, which runs already.
    private Task(HubCore core, TaskThread taskThread, Work<T> work) {
        this.core = core;
        this.name = taskThread.thread().getName() + "-" + taskThread.thread().threadId();
        this.work = work;
        this.spawnSite = null;
        this.taskThread = taskThread;
        this.phase = Phase.RUNNING;
    }

    /// What a thread of somebody else becomes, from now until it [leaves][#leave].
    ///
    /// @param beside whether it may run while tasks of the hub do
    static Task<@Nullable Void> guest(HubCore core, Thread thread, boolean beside) {
        return new Task<>(core, new AttachedTaskThread(thread, beside), () -> null);
    }

    /// The calling task, of whatever hub; null when there is none.
    static @Nullable Task<?> calling() {
        if (CURRENT.isBound()) {
            return CURRENT.get();
        }
        HubHost host = HubHost.ofCaller();
        return host == null ? null : host.calling();
    }

    /// The calling task.
    ///
    /// @throws IllegalStateException when the caller is no task of any hub
    public static Task<?> current() {
        Task<?> task = calling();
        if (task == null) {
            throw new IllegalStateException("this thread runs no task of a hub: " + Thread.currentThread());
        }
        return task;
    }

    // --- its life, on the hub ---

    void begin() {
        if (phase == Phase.READY) {
            taskThread.start();
        }
    }

    void beginIn(long delayNanos) {
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
        } catch (Throwable e) { // kept for whoever asks, or reported
            failure = e;
            end(signals.isKilledBy(e) ? Phase.KILLED : Phase.FAILED);
        }
    }

    /// The guest ends. **Thread**: its own.
    void leave() {
        core.onHub(() -> {
            phase = signals.isKillRequested() ? Phase.KILLED : Phase.SUCCEEDED;
            tellEndings();
        });
    }

    private void end(Phase last) {
        phase = last;
        core.ended(this, last == Phase.FAILED && isUnheard());
        tellEndings();
    }

    private void tellEndings() {
        for (TaskEndListener ending : endings) {
            ending.ended(this);
        }
        endings.clear();
    }

    private boolean isUnheard() {
        for (TaskEndListener ending : endings) {
            if (ending.observes()) {
                return false;
            }
        }
        return true;
    }

    void add(TaskEndListener ending) {
        if (isDone()) {
            ending.ended(this);
        } else {
            endings.add(ending);
        }
    }

    void remove(TaskEndListener ending) {
        endings.remove(ending);
    }

    void killNow() {
        switch (phase) {
            case SCHEDULED, READY -> {
                if (delay != null) {
                    delay.cancel();
                }
                failure = new KilledException(this);
                end(Phase.KILLED);
            }
            case RUNNING -> signals.kill();
            case SUCCEEDED, FAILED, KILLED -> {
                // Harmless.
            }
        }
    }

    TaskThread taskThread() {
        return taskThread;
    }

    PendingThrows signals() {
        return signals;
    }

    HubCore core() {
        return core;
    }

    @Nullable Throwable failure() {
        return failure;
    }

    /// What it has returned, or what it has thrown.
    @SuppressWarnings("NullAway") // null only where T may be
    T resultOrError() throws Exception {
        return switch (failure) {
            case null -> result;
            case Exception error -> throw error;
            case Error error -> throw error;
            default -> throw new ExecutionException(this + " failed", failure);
        };
    }

    // --- what it is ---

    /// Its name, also its thread's.
    public String name() {
        return name;
    }

    /// Where it is in its life.
    public Phase phase() {
        return phase;
    }

    /// Whether its body has begun.
    public boolean isStarted() {
        return phase != Phase.SCHEDULED && phase != Phase.READY
                && !(phase == Phase.KILLED && !signals.isKillRequested());
    }

    /// Its thread, which dumps, debuggers and JFR show by its name.
    public Thread thread() {
        return taskThread.thread();
    }

    /// Where it was spawned, if its hub records that ([HubOptions#withSpawnSites]).
    public List<StackTraceElement> spawnSite() {
        return spawnSite == null ? List.of() : List.of(spawnSite.getStackTrace());
    }

    /// Whether it has ended, however that was.
    public boolean isDone() {
        return switch (phase) {
            case SCHEDULED, READY, RUNNING -> false;
            case SUCCEEDED, FAILED, KILLED -> true;
        };
    }

    /// Whether it was killed, and ended by it.
    public boolean isKilled() {
        return phase == Phase.KILLED;
    }

    /// What it has thrown, if it failed.
    public Optional<Throwable> error() {
        return phase == Phase.FAILED ? Optional.ofNullable(failure) : Optional.empty();
    }

    // --- waiting for it ---

    /// Waits until it has ended, however that was.
    public void join() throws InterruptedException {
        join(Long.MAX_VALUE);
    }

    /// Waits until it has ended.
    ///
    /// @return whether it has
    public boolean join(Duration atMost) throws InterruptedException {
        return join(Hub.nanos(atMost));
    }

    private boolean join(long atMostNanos) throws InterruptedException {
        if (isDone()) {
            return true;
        }
        Task<?> current = core.callingTask();
        if (current == this) {
            throw new IllegalStateException(this + " cannot wait for its own end");
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

    /// Waits for its result.
    ///
    /// @throws ExecutionException when it failed; the cause is what it threw
    /// @throws CancellationException when it was killed
    public T get() throws InterruptedException, ExecutionException {
        join();
        return outcome();
    }

    /// Waits for its result, but not for ever.
    ///
    /// @throws TimeoutException when it has not ended in time; otherwise as [#get()]
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

    /// Calls `done` on the hub when it has ended, at once if it has; in the order of the calls. It must not wait; what it throws
    /// is reported ([HubListener#callbackFailed]), and the others are still called.
    ///
    /// @return ends the link, when it is run before
    public Runnable link(Consumer<? super Task<T>> done) {
        Objects.requireNonNull(done, "done");
        TaskEndListener ending = _ -> core.scheduler().execute(() -> done.accept(this));
        core.onHub(() -> add(ending));
        return () -> core.onHub(() -> remove(ending));
    }

    // --- ending it ---

    /// Ends it: one that has not begun never does; in one that runs, its present or next wait throws [KilledException] (a
    /// call of the JDK is interrupted). It does not wait for the end, and a body may ignore it. One that has ended stays as it is.
    public void kill() {
        core.onHub(this::killNow);
    }

    /// Ends it, and waits for its end.
    ///
    /// @return whether it has ended in time
    public boolean kill(Duration atMost) throws InterruptedException {
        kill();
        return join(atMost);
    }

    @Override
    public String toString() {
        return "task " + name;
    }
}
