package dev.polyserve.coroutine;

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
/// Between two waits a task has the hub for itself, so what only tasks of one hub use needs no locks. With
/// `--add-opens java.base/java.lang=ALL-UNNAMED` ([#lendsThread]) the tasks are virtual threads whose scheduler is the hub:
/// *every* call of the JDK that blocks (sleep, lock, queue, socket, HTTP client) is a switch, with nothing to patch.
/// Without it tasks pass a baton: the hub's own waits are switches, slower; a call of the JDK that blocks keeps the baton,
/// unless it is made in [#blocking], and the monitor reports it when it takes long.
///
/// A hub's scope ends when all its tasks have ended. A task that fails does not end the others, except the first one, the
/// scope's own: then the others are killed.
///
/// **Thread**: tasks of the hub; `spawn` and what a [Task] offers also any other.
public final class Hub implements AutoCloseable {
    private final HubCore core;
    private final AutoCloseable scope;

    /// @param scope what closing it ends
    Hub(HubCore core, AutoCloseable scope) {
        this.core = core;
        this.scope = scope;
    }

    // --- scopes ---

    /// Runs `first` as the first task of a hub, and returns its result when all tasks have ended.
    ///
    /// @throws DeadlockException when every task waits for another
    /// @throws Exception what `first` throws; the other tasks are killed then
    /// @throws InterruptedException when the calling thread is interrupted; all tasks are killed then
    public static <T extends @Nullable Object> T call(Main<T> first) throws Exception {
        return call(HubOptions.defaults(), first);
    }

    /// The same, with options.
    public static <T extends @Nullable Object> T call(HubOptions options, Main<T> first) throws Exception {
        return new HubScope(options, false).run(first);
    }

    /// Runs `first` for what it does; else as [#call].
    public static void run(MainAction first) throws Exception {
        run(HubOptions.defaults(), first);
    }

    /// The same, with options.
    public static void run(HubOptions options, MainAction first) throws Exception {
        Hub.<@Nullable Void>call(options, hub -> {
            first.run(hub);
            return null;
        });
    }

    /// A hub that lives until it is closed, for tasks that other threads spawn.
    public static Hub open() {
        return open(HubOptions.defaults());
    }

    /// The same, with options.
    public static Hub open(HubOptions options) {
        return new HubScope(options, true).open();
    }

    /// Kills all tasks, and waits for their end as long as the options say. By a task of the hub: kills the others, and does not
    /// wait. Harmless when it has ended.
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

    /// The hub of the calling task; in a handler, and in a callback of a protocol, that of the event loop that serves it.
    ///
    /// @throws IllegalStateException when there is none
    public static Hub current() {
        return find().orElseThrow(() -> new IllegalStateException(
                "no hub: this thread runs no task of one, and no handler on an event loop: " + Thread.currentThread()));
    }

    /// As [#current], if there is one.
    public static Optional<Hub> find() {
        Task<?> task = Task.calling();
        if (task != null) {
            return Optional.of(task.core().hub());
        }
        return Optional.ofNullable(HubHost.ofCaller()).map(HubHost::hub);
    }

    /// Whether tasks run on the hub's own thread, and every call of the JDK that blocks is a switch. If not, [Carrier#whyNot] says
    /// why, unless the options say so.
    public boolean lendsThread() {
        return core.scheduler().lendsThread();
    }

    /// Its name.
    public String name() {
        return core.options().name();
    }

    // --- tasks ---

    /// Starts a task, which begins at a later turn. **Thread**: any.
    public <T extends @Nullable Object> Task<T> spawn(Work<T> work) {
        return spawn(core.newName(), work);
    }

    /// Starts a task with a name. **Thread**: any.
    public <T extends @Nullable Object> Task<T> spawn(String name, Work<T> work) {
        Task<T> task = core.newTask(name, work);
        core.begin(task);
        return task;
    }

    /// Starts a task for what it does. **Thread**: any.
    public Task<@Nullable Void> spawn(Action action) {
        return spawn(core.newName(), action);
    }

    /// Starts a task with a name, for what it does. **Thread**: any.
    public Task<@Nullable Void> spawn(String name, Action action) {
        return this.<@Nullable Void>spawn(name, working(action));
    }

    /// A task that begins when the delay is over. **Thread**: any.
    public <T extends @Nullable Object> Task<T> spawnLater(Duration delay, Work<T> work) {
        long delayNanos = nanos(delay);
        Task<T> task = core.newTask(core.newName(), work);
        core.beginIn(task, delayNanos);
        return task;
    }

    /// A task that begins when the delay is over, for what it does. **Thread**: any.
    public Task<@Nullable Void> spawnLater(Duration delay, Action action) {
        return this.<@Nullable Void>spawnLater(delay, working(action));
    }

    static Work<@Nullable Void> working(Action action) {
        return () -> {
            action.run();
            return null;
        };
    }

    // --- what a task calls ---

    /// Waits; zero lets the others run once. A switch in either way.
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
        core.await(new Waiter(task.taskThread(), "the time"), task, durationNanos);
    }

    /// Lets the others that are ready run before this one goes on.
    @SuppressWarnings("NamedLikeContextualKeyword") // the word for it; it is always qualified
    public void yield() throws InterruptedException {
        Task<?> task = core.requireTask("yield");
        task.taskThread().letOthersRun();
        if (Thread.interrupted()) {
            throw task.signals().taken();
        }
    }

    /// Waits until all have ended, or one has failed.
    ///
    /// @throws ExecutionException as soon as one fails; its cause is the first error, the others go on
    public void joinAll(Collection<? extends Task<?>> tasks) throws InterruptedException, ExecutionException {
        JoinWait joining = join(tasks, tasks.size(), true, Long.MAX_VALUE);
        Task<?> failed = joining.firstFailed();
        if (failed != null) {
            throw new ExecutionException(failed + " failed", failed.failure());
        }
    }

    /// Waits until `count` of them have ended, however that was, or the time is over.
    ///
    /// @return those that have ended, in the order of their ends
    public List<Task<?>> join(Collection<? extends Task<?>> tasks, int count, Duration atMost)
            throws InterruptedException {
        return join(tasks, Math.min(count, tasks.size()), false, nanos(atMost)).ended();
    }

    private JoinWait join(Collection<? extends Task<?>> tasks, int count, boolean failureIsEnough, long atMostNanos)
            throws InterruptedException {
        Task<?> task = core.requireTask("join");
        for (Task<?> joined : tasks) {
            if (!joined.core().equals(core)) {
                throw new IllegalArgumentException(joined + " is of another hub: join it by itself");
            }
        }
        if (task.taskThread().isBeside()) {
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

    /// For a guest beside the hub.
    private JoinWait joinInTask(Collection<? extends Task<?>> tasks, int count, boolean failureIsEnough,
            long atMostNanos)
            throws InterruptedException {
        Task<JoinWait> joining = spawn("join", () -> join(tasks, count, failureIsEnough, atMostNanos));
        try {
            return joining.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the tasks could not be waited for", e.getCause());
        } finally {
            joining.kill();
        }
    }

    /// Kills all tasks but the calling one.
    public void killAll() {
        core.onHub(core::killOthers);
    }

    /// Computes elsewhere, on one of as many threads as there are processors, and comes back with the result; the others run
    /// meanwhile. When the task is killed or timed out, the computation is interrupted.
    ///
    /// @throws Exception what the computation throws
    public <T> T offload(Callable<T> computation) throws Exception {
        Task<?> task = core.requireTask("offload");
        Waiter waiter = new Waiter(task.taskThread(), "a computation elsewhere");
        core.onHub(() -> core.live().computesOutside(1));
        var running = Offload.start(computation, () -> core.scheduler().execute(() -> {
            core.live().computesOutside(-1);
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

    /// Calls what may block its thread; the others run meanwhile. Where the hub [lends its thread][#lendsThread] that is nothing
    /// but the call, because every call of the JDK is a switch; elsewhere the task gives up its turn for it, so the call must not
    /// touch what the tasks share.
    ///
    /// @throws Exception what the call throws
    public <T extends @Nullable Object> T blocking(Work<T> call) throws Exception {
        return core.requireTask("call what blocks").taskThread().blocking(call);
    }

    HubCore core() {
        return core;
    }

    /// A duration in nanoseconds; what is longer than 292 years is for ever.
    ///
    /// @throws IllegalArgumentException when it is negative
    static long nanos(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("a duration must not be negative, and this is " + duration);
        }
        return TimeUnit.NANOSECONDS.convert(duration);
    }

    /// The first task of a hub.
    @FunctionalInterface
    public interface Main<T extends @Nullable Object> {
        /// Runs in the hub.
        T run(Hub hub) throws Exception;
    }

    /// The first task of a hub, for what it does.
    @FunctionalInterface
    public interface MainAction {
        /// Runs in the hub.
        void run(Hub hub) throws Exception;
    }
}
