package dev.polyserve.coroutine;

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

/// A hub on a loop that is there anyway, like that of a server or of a window system: made when somebody first asks for it.
///
/// It is the handler of uncaught exceptions of the loop's thread and of the virtual threads that the loop runs: by that
/// [Hub#current] finds it in them, and a thread that never asks pays nothing for it. Such a virtual thread is a *guest*: when it first
/// asks, it becomes a task, which can sleep, join, be killed and have a [Timeout] like any, and ends when it [leaves][#leaves].
/// Where the loop lends no thread, guests run beside the tasks, and what the two share needs locks.
///
/// **Thread**: any.
public final class HubHost implements Thread.UncaughtExceptionHandler {
    private final HubScheduler scheduler;
    private final HubOptions options;
    private final Map<Thread, Task<?>> attachedThreads = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable HubCore> core = new AtomicReference<>();

    /// @param options of which the loop decides itself whether it lends its thread, and watches over stalls
    public HubHost(HubScheduler scheduler, HubOptions options) {
        this.scheduler = Objects.requireNonNull(scheduler, "ground");
        this.options = Objects.requireNonNull(options, "options");
    }

    /// The hub.
    public Hub hub() {
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

    /// The host of the calling thread.
    static @Nullable HubHost ofCaller() {
        return Thread.currentThread().getUncaughtExceptionHandler() instanceof HubHost host ? host : null;
    }

    /// The calling thread as a task, if it is one of its guests.
    @Nullable Task<?> calling() {
        Thread thread = Thread.currentThread();
        return thread.isVirtual() && ofCaller() == this
                ? attachedThreads.computeIfAbsent(thread, this::welcome)
                : null;
    }

    /// Whether the calling thread is that of a task of the hub, or of a guest that has become one.
    public boolean isTaskCalling() {
        HubCore made = core.get();
        return made != null && made.callingTask() != null;
    }

    private Task<?> welcome(Thread thread) {
        return Task.guest(core(), thread, !scheduler.lendsThread());
    }

    /// The calling thread, which had this host, ends: so does the task that it has become, if it has.
    public void leaves() {
        if (core.get() == null) {
            return;
        }
        Task<?> guest = attachedThreads.get(Thread.currentThread());
        if (guest != null) {
            guest.leave();
            // Last: whoever asks meanwhile would make another one.
            attachedThreads.remove(Thread.currentThread());
        }
    }

    /// How many there are now.
    int attachedThreads() {
        return attachedThreads.size();
    }

    /// Kills all tasks, and waits for their end as long as the options say. On the loop, and by a guest or a task: kills the others, and
    /// does not wait. Guests stay as they are: whoever started them ends them. Harmless when it has no hub.
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
        long deadline = System.nanoTime() + Hub.nanos(options.patience());
        List<Task<?>> left = new ArrayList<>();
        try {
            // A loop that is stuck does not even kill them.
            for (Task<?> task : killed.get(Hub.nanos(options.patience()), TimeUnit.NANOSECONDS)) {
                if (!task.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                    left.add(task);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            HubLog.warn("the loop of the hub " + options.name() + " does not answer, so its tasks are given up", e);
        }
        if (!left.isEmpty()) {
            HubLog.givenUp(options, left);
        }
    }

    @Override
    public void uncaughtException(Thread thread, Throwable error) {
        options.listener().callbackFailed(error);
    }
}
