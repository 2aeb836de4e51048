package dev.polyserve.coroutine.hub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Provides a hub on an existing loop, such as the loop of a server or a window system. The hub is created on first
/// use.
///
/// The host is the handler of uncaught exceptions of the loop's thread and of the virtual threads that the loop runs.
/// By that, [Hub#current] finds the hub there, and a thread that does not use the hub pays nothing for it.
///
/// A virtual thread of the loop becomes an *attached* task when it first uses the hub. It can then sleep, join, be
/// killed and use a [Timeout] as any task does. The task ends when [#detach] is called. Where the loop does not lend
/// its thread, attached threads run concurrently with the tasks of the hub, and state that both use needs locks.
///
/// **Thread**: any.
public final class EmbeddedHub implements Thread.UncaughtExceptionHandler {
    private final HubScheduler scheduler;
    private final Runnable beforeUse;
    private final HubOptions options;
    private final Map<Thread, Task<?>> attachedThreads = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable HubCore> core = new AtomicReference<>();

    /// @param options the options of the hub; the loop itself decides whether it lends its thread, and detects stalls
    public EmbeddedHub(HubScheduler scheduler, HubOptions options) {
        this(scheduler, () -> {}, options);
    }

    /// Creates the hub of a loop that has to know whether its hub is used.
    ///
    /// @param beforeUse runs before [#hub] returns, and before a thread becomes an attached task. **Thread**: the caller
    /// @param options as above
    public EmbeddedHub(HubScheduler scheduler, Runnable beforeUse, HubOptions options) {
        this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
        this.beforeUse = Objects.requireNonNull(beforeUse, "beforeUse");
        this.options = Objects.requireNonNull(options, "options");
    }

    /// The hub, created on the first call.
    public Hub hub() {
        beforeUse.run();
        return core().hub();
    }

    private HubCore core() {
        HubCore made = core.get();
        if (made != null) {
            return made;
        }
        HubCore mine = new HubCore(options, scheduler, this::close, this::calling);
        HubCore first = core.compareAndExchange(null, mine);
        return first == null ? mine : first;
    }

    /// The host of the calling thread; null when the thread is not of a hosted loop.
    static @Nullable EmbeddedHub ofCaller() {
        return Thread.currentThread().getUncaughtExceptionHandler() instanceof EmbeddedHub host ? host : null;
    }

    /// The task of the calling thread, attached on the first call; null when it is no virtual thread of this loop.
    @Nullable Task<?> calling() {
        Thread thread = Thread.currentThread();
        if (!thread.isVirtual() || ofCaller() != this) {
            return null;
        }
        Task<?> attached = attachedThreads.get(thread);
        if (attached == null) {
            beforeUse.run();
            attached = attachedThreads.computeIfAbsent(thread, this::attach);
        }
        return attached;
    }

    /// Whether the calling thread is a task of the hub, spawned or attached.
    public boolean isTaskCalling() {
        HubCore made = core.get();
        return made != null && made.callingTask() != null;
    }

    private Task<?> attach(Thread thread) {
        return Task.attached(core(), thread, !scheduler.lendsThread());
    }

    /// Ends the task that the calling thread became by using the hub, if it did. Called when the thread ends.
    public void detach() {
        if (core.get() == null) {
            return;
        }
        Task<?> attached = attachedThreads.get(Thread.currentThread());
        if (attached != null) {
            attached.detach();
            // Last: a look-up in between would attach the thread again.
            attachedThreads.remove(Thread.currentThread());
        }
    }

    /// The number of attached threads.
    int attachedThreads() {
        return attachedThreads.size();
    }

    /// Kills all tasks and waits for their end, at most for [HubOptions#killTimeout]. Does nothing when no hub was
    /// created.
    ///
    /// Called on the loop or by a task, it kills the other tasks and does not wait. Attached tasks are not killed:
    /// their threads belong to the loop.
    public void close() {
        HubCore closed = core.get();
        if (closed == null || scheduler.isEnded()) {
            return;
        }
        if (scheduler.isCurrent() || closed.callingTask() != null) {
            closed.onHub(closed::killOthers);
            return;
        }
        var killed = new CompletableFuture<List<Task<?>>>();
        scheduler.execute(() -> {
            List<Task<?>> alive = closed.live().list();
            closed.killOthers();
            killed.complete(alive);
        });
        awaitEnds(killed);
    }

    private void awaitEnds(CompletableFuture<List<Task<?>>> killed) {
        long deadline = System.nanoTime() + Hub.nanos(options.killTimeout());
        List<Task<?>> left = new ArrayList<>();
        try {
            // A blocked loop does not even kill its tasks.
            for (Task<?> task : killed.get(Hub.nanos(options.killTimeout()), TimeUnit.NANOSECONDS)) {
                if (!task.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                    left.add(task);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            HubLog.warn("the loop of the hub " + options.name() + " does not respond; its tasks are abandoned", e);
        }
        if (!left.isEmpty()) {
            HubLog.abandoned(options, left);
        }
    }

    @Override
    public void uncaughtException(Thread thread, Throwable error) {
        options.listener().callbackFailed(error);
    }
}
