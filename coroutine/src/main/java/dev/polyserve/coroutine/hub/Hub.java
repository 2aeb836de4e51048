package dev.polyserve.coroutine.hub;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A scope in which tasks run cooperatively on one thread: one at a time, and each until it waits.
///
/// ```java
/// Hub.run(hub -> {
///     for (String name : List.of("a", "b", "c")) {
///         hub.spawn(name, () -> {
///             for (int i = 0; i < 5; i++) {
///                 System.out.println(name + " " + i);
///                 hub.sleep(Duration.ofMillis(500));
///             }
///         });
///     }
/// });                                     // returns when all have ended
/// ```
///
/// No other task of the hub runs between two waits of a task, so state that only these tasks use needs no locks.
///
/// With `--add-opens java.base/java.lang=ALL-UNNAMED` ([#lendsThread]) the tasks are virtual threads, and the hub is
/// their scheduler. Every blocking call of the JDK (sleep, lock, queue, socket, HTTP client) switches to another task.
/// Without the flag, the hub and its tasks hand control from thread to thread, which is slower. Only the hub's own
/// waits switch then; a blocking call of the JDK blocks the whole hub, unless it is made in [#blocking], and the
/// monitor reports it when it takes long.
///
/// The scope of a hub ends when all its tasks have ended. A task that fails does not end the others. The exception is
/// the first task: when it fails, the others are killed.
///
/// **Thread**: tasks of the hub; any thread may call `spawn` and the methods of [Task].
public final class Hub implements AutoCloseable {
    private final HubCore core;
    private final AutoCloseable scope;

    /// @param scope is closed by [#close]
    Hub(HubCore core, AutoCloseable scope) {
        this.core = core;
        this.scope = scope;
    }

    // --- scopes ---

    /// Runs `first` as the first task of a hub and returns its result when all tasks have ended.
    ///
    /// @throws DeadlockException when every task waits for another
    /// @throws Exception what `first` throws; the other tasks are killed then
    /// @throws InterruptedException when the calling thread is interrupted; all tasks are killed then
    public static <T extends @Nullable Object> T call(Main<T> first) throws Exception {
        return call(HubOptions.defaults(), first);
    }

    /// Runs `first` as [#call(Main)], in a hub with the given options.
    public static <T extends @Nullable Object> T call(HubOptions options, Main<T> first) throws Exception {
        return new HubLifecycle(options, false).run(first);
    }

    /// Runs `first`, which has no result; otherwise as [#call].
    public static void run(MainAction first) throws Exception {
        run(HubOptions.defaults(), first);
    }

    /// Runs `first` as [#run(MainAction)], in a hub with the given options.
    public static void run(HubOptions options, MainAction first) throws Exception {
        Hub.<@Nullable Void>call(options, hub -> {
            first.run(hub);
            return null;
        });
    }

    /// Opens a hub that runs until it is closed, for tasks that other threads spawn.
    public static Hub open() {
        return open(HubOptions.defaults());
    }

    /// Opens a hub with the given options; otherwise as [#open()].
    public static Hub open(HubOptions options) {
        return new HubLifecycle(options, true).open();
    }

    /// Kills all tasks and waits for their end, at most for [HubOptions#killTimeout].
    ///
    /// Called by a task of the hub, it kills the other tasks and does not wait. Does nothing when the hub has ended.
    @Override
    public void close() {
        try {
            scope.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the hub " + name() + " was not closed", e);
        }
    }

    /// The hub of the calling task; in a handler or a callback of a protocol, the hub of its event loop.
    ///
    /// @throws IllegalStateException when there is none
    public static Hub current() {
        return find().orElseThrow(() -> new IllegalStateException(
                "no hub: the caller is neither a task of a hub nor a handler on an event loop: "
                        + Thread.currentThread()));
    }

    /// The hub of the caller as [#current], if there is one.
    public static Optional<Hub> find() {
        Task<?> task = Task.calling();
        if (task != null) {
            return Optional.of(task.core().hub());
        }
        return Optional.ofNullable(EmbeddedHub.ofCaller()).map(EmbeddedHub::hub);
    }

    /// Whether tasks run on the hub's own thread, so that every blocking call of the JDK switches to another task.
    ///
    /// If not, either the options forbid it, or [Carrier#whyNot][dev.polyserve.coroutine.carrier.Carrier#whyNot] has
    /// the reason.
    public boolean lendsThread() {
        return core.scheduler().lendsThread();
    }

    /// The name of the hub.
    public String name() {
        return core.options().name();
    }

    // --- tasks ---

    /// Starts a task; it begins at a later turn of the hub. **Thread**: any.
    public <T extends @Nullable Object> Task<T> spawn(TaskCallable<T> work) {
        return spawn(core.newName(), work);
    }

    /// Starts a task with a name. **Thread**: any.
    public <T extends @Nullable Object> Task<T> spawn(String name, TaskCallable<T> work) {
        Task<T> task = core.newTask(name, work);
        core.begin(task);
        return task;
    }

    /// Starts a task without a result. **Thread**: any.
    public Task<@Nullable Void> spawn(TaskRunnable action) {
        return spawn(core.newName(), action);
    }

    /// Starts a task with a name and without a result. **Thread**: any.
    public Task<@Nullable Void> spawn(String name, TaskRunnable action) {
        return this.<@Nullable Void>spawn(name, working(action));
    }

    /// Starts a task after a delay. **Thread**: any.
    public <T extends @Nullable Object> Task<T> spawnLater(Duration delay, TaskCallable<T> work) {
        long delayNanos = nanos(delay);
        Task<T> task = core.newTask(core.newName(), work);
        core.beginIn(task, delayNanos);
        return task;
    }

    /// Starts a task without a result after a delay. **Thread**: any.
    public Task<@Nullable Void> spawnLater(Duration delay, TaskRunnable action) {
        return this.<@Nullable Void>spawnLater(delay, working(action));
    }

    static TaskCallable<@Nullable Void> working(TaskRunnable action) {
        return () -> {
            action.run();
            return null;
        };
    }

    // --- what a task calls ---

    /// Waits for the given time; a zero duration is [#yield].
    ///
    /// @throws KilledException when the task was killed
    /// @throws TimeoutExpiredException when a [Timeout] of it expires
    public void sleep(Duration duration) throws InterruptedException {
        long durationNanos = nanos(duration);
        if (durationNanos == 0) {
            this.yield();
            return;
        }
        Task<?> task = core.requireTask("sleep");
        core.await(new Waiter(task.taskThread(), "a timer"), task, durationNanos);
    }

    /// Lets the other ready tasks run before the calling task continues.
    @SuppressWarnings("NamedLikeContextualKeyword") // the word for it; it is always qualified
    public void yield() throws InterruptedException {
        Task<?> task = core.requireTask("yield");
        task.taskThread().letOthersRun();
        if (Thread.interrupted()) {
            throw task.pendingThrows().take();
        }
    }

    /// Waits until all tasks have ended or one has failed.
    ///
    /// @throws ExecutionException as soon as one task fails; the cause is its error, and the other tasks continue
    public void joinAll(Collection<? extends Task<?>> tasks) throws InterruptedException, ExecutionException {
        JoinWait joining = join(tasks, tasks.size(), true, Long.MAX_VALUE);
        Task<?> failed = joining.firstFailed();
        if (failed != null) {
            throw new ExecutionException(failed + " failed", failed.failure());
        }
    }

    /// Waits until `count` of the tasks have ended, whatever their outcome, or the time has passed.
    ///
    /// @return the tasks that have ended, in the order in which they ended
    public List<Task<?>> join(Collection<? extends Task<?>> tasks, int count, Duration atMost)
            throws InterruptedException {
        return join(tasks, Math.min(count, tasks.size()), false, nanos(atMost)).ended();
    }

    private JoinWait join(Collection<? extends Task<?>> tasks, int count, boolean failureIsEnough, long atMostNanos)
            throws InterruptedException {
        Task<?> task = core.requireTask("join");
        for (Task<?> joined : tasks) {
            if (!joined.core().equals(core)) {
                throw new IllegalArgumentException(joined + " belongs to another hub: call its own join");
            }
        }
        if (task.taskThread().isConcurrent()) {
            return joinInTask(tasks, count, failureIsEnough, atMostNanos);
        }
        Waiter waiter = new Waiter(task.taskThread(), tasks);
        JoinWait joining = new JoinWait(waiter, count, failureIsEnough);
        for (Task<?> joined : tasks) {
            joined.add(joining);
        }
        try {
            if (count > 0) {
                core.await(waiter, task, atMostNanos);
            }
        } finally {
            for (Task<?> joined : tasks) {
                joined.remove(joining);
            }
        }
        return joining;
    }

    /// Joins in a task of the hub, for an attached thread that runs concurrently with the hub.
    private JoinWait joinInTask(Collection<? extends Task<?>> tasks, int count, boolean failureIsEnough,
            long atMostNanos)
            throws InterruptedException {
        Task<JoinWait> joining = spawn("join", () -> join(tasks, count, failureIsEnough, atMostNanos));
        try {
            return joining.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("joining the tasks failed", e.getCause());
        } finally {
            joining.kill();
        }
    }

    /// Kills all tasks except the calling one.
    public void killAll() {
        core.onHub(core::killOthers);
    }

    /// Runs a computation on another thread and returns its result; other tasks run meanwhile.
    ///
    /// All hubs share as many such threads as there are processors. A task that is killed or times out interrupts its
    /// computation.
    ///
    /// @throws Exception what the computation throws
    public <T> T offload(Callable<T> computation) throws Exception {
        Task<?> task = core.requireTask("offload");
        Waiter waiter = new Waiter(task.taskThread(), "an offloaded computation");
        core.onHub(() -> core.live().addOffloaded(1));
        var running = OffloadPool.start(computation, () -> core.scheduler().execute(() -> {
            core.live().addOffloaded(-1);
            waiter.wake();
        }));
        try {
            core.await(waiter, task, Long.MAX_VALUE);
        } finally {
            running.cancel(true);
        }
        try {
            return running.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    /// Makes a call that may block its thread; other tasks run meanwhile.
    ///
    /// Where the hub [lends its thread][#lendsThread], every blocking call switches anyway, and this only makes the
    /// call. Elsewhere the call runs at the same time as other tasks, so it must not touch state that the tasks share.
    ///
    /// @throws Exception what the call throws
    public <T extends @Nullable Object> T blocking(TaskCallable<T> call) throws Exception {
        return core.requireTask("make a blocking call").taskThread().blocking(call);
    }

    HubCore core() {
        return core;
    }

    /// A duration in nanoseconds; more than 292 years is [Long#MAX_VALUE], which waits without a limit.
    ///
    /// @throws IllegalArgumentException when it is negative
    static long nanos(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("a duration must not be negative: " + duration);
        }
        return TimeUnit.NANOSECONDS.convert(duration);
    }

    /// The first task of a hub.
    @FunctionalInterface
    public interface Main<T extends @Nullable Object> {
        /// Runs in the hub.
        T run(Hub hub) throws Exception;
    }

    /// The first task of a hub, without a result.
    @FunctionalInterface
    public interface MainAction {
        /// Runs in the hub.
        void run(Hub hub) throws Exception;
    }
}
