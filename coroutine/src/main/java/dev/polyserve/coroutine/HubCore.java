package dev.polyserve.coroutine;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The tasks on one loop, and how they wait.
///
/// All state is touched only on the loop: by a task that has its turn, a callback or a timer. Other threads let the loop do it.
final class HubCore {
    private final HubOptions options;
    private final HubScheduler scheduler;
    private final Hub hub;
    private final LiveTasks live = new LiveTasks();
    /// Whose turn it is. Written on the loop only; a thread that finds itself here has its turn.
    private @Nullable Task<?> running;
    private final AtomicLong spawned = new AtomicLong();
    private final AttachedThreads attachedThreads;

    /// @param scope what closing the hub ends
    HubCore(HubOptions options, HubScheduler scheduler, AutoCloseable scope, AttachedThreads attachedThreads) {
        this.options = options;
        this.scheduler = scheduler;
        this.attachedThreads = attachedThreads;
        this.hub = new Hub(this, scope);
    }

    HubOptions options() {
        return options;
    }

    HubScheduler scheduler() {
        return scheduler;
    }

    Hub hub() {
        return hub;
    }

    LiveTasks live() {
        return live;
    }

    // --- tasks ---

    String newName() {
        return "task-" + spawned.incrementAndGet();
    }

    /// @throws IllegalStateException when the hub has ended
    <T extends @Nullable Object> Task<T> newTask(String name, Work<T> work) {
        if (!scheduler.takesTasks()) {
            throw new IllegalStateException("the hub " + options.name() + " has ended, and runs no task any more");
        }
        return new Task<>(this, name, work, options.spawnSites() ? new Throwable("spawned here") : null);
    }

    TaskThread newStrand(Task<?> task, Runnable body) {
        return scheduler.lendsThread() ? new HubTaskThread(this, task, body) : new HandoffTaskThread(this, task, body);
    }

    /// A turn of a task begins, or, with null, has ended. **Thread**: the loop's.
    void runs(@Nullable Task<?> task) {
        running = task;
        scheduler.serves(task);
    }

    /// Whose turn it is, perhaps of a moment ago. **Thread**: any.
    @Nullable Task<?> running() {
        return running;
    }

    void begin(Task<?> task) {
        if (isOnHub()) {
            live.add(task);
            task.begin();
        } else {
            scheduler.execute(() -> {
                live.add(task);
                if (scheduler.isEnded()) {
                    task.killNow(); // the hub has ended meanwhile
                } else {
                    task.begin();
                }
            });
        }
    }

    void beginIn(Task<?> task, long delayNanos) {
        onHub(() -> {
            live.add(task);
            if (scheduler.isEnded()) {
                task.killNow();
            } else {
                task.beginIn(delayNanos);
            }
        });
    }

    void ended(Task<?> task, boolean unheard) {
        live.remove(task);
        Throwable failure = task.failure();
        if (unheard && failure != null) {
            HubLog.tell(() -> options.listener().taskFailed(task, failure));
        }
    }

    void killOthers() {
        Task<?> self = callingTask();
        for (Task<?> task : live.list()) {
            if (!task.equals(self)) {
                task.killNow();
            }
        }
    }

    // --- who calls ---

    Task<?> requireTask(String what) {
        Task<?> task = callingTask();
        if (task == null) {
            throw new IllegalStateException("only a task of the hub " + options.name() + " can " + what
                    + " in it; this is a callback, or a foreign thread: " + Thread.currentThread());
        }
        return task;
    }

    /// Refuses a guest that runs beside the hub.
    void refuseBeside(String what) {
        Task<?> task = callingTask();
        if (task != null && task.taskThread().isBeside()) {
            throw new IllegalStateException("this thread runs beside the hub " + options.name() + " ("
                    + Carrier.whyNot().orElse("its loop does not lend its thread") + "): only a task of the hub can "
                    + what + ", so do it in one (Hub.spawn)");
        }
    }

    /// The calling task, if it is one of this hub and has its turn, or a guest.
    @Nullable Task<?> callingTask() {
        Task<?> task = running;
        return task != null && task.thread().equals(Thread.currentThread()) ? task : attachedThreads.calling();
    }

    private boolean isOnHub() {
        Task<?> task = callingTask();
        return task != null ? !task.taskThread().isBeside() : scheduler.isCurrent();
    }

    /// Runs something on the hub: now, if this is a task of it or a callback, else at a later turn.
    void onHub(Runnable action) {
        if (isOnHub()) {
            action.run();
        } else {
            scheduler.execute(action);
        }
    }

    /// Waits until woken.
    ///
    /// @param current the calling task; null for a foreign thread
    /// @return whether it was woken in time
    boolean await(Waiter waiter, @Nullable Task<?> current, long atMostNanos) throws InterruptedException {
        if (current == null || current.taskThread().isBeside()) {
            return awaitElsewhere(waiter, current, atMostNanos);
        }
        HubScheduler.Timer timer = atMostNanos == Long.MAX_VALUE
                ? null
                : scheduler.schedule(atMostNanos, waiter::expire);
        live.waits(current, waiter);
        try {
            if (Thread.interrupted()) {
                throw current.signals().taken();
            }
            while (!waiter.isWoken() && !waiter.isExpired()) {
                if (!current.taskThread().park()) {
                    throw pinned(current.toString(), waiter);
                }
                if (Thread.interrupted()) {
                    throw current.signals().taken();
                }
            }
        } finally {
            live.goesOn(current);
            scheduler.serves(current); // which a guest's own scheduler does not tell
            if (timer != null) {
                timer.cancel();
            }
        }
        return waiter.isWoken();
    }

    /// Runs something on the hub, in `delayNanos` or later; to be cancelled by the same caller.
    HubScheduler.Timer schedule(long delayNanos, Runnable action) {
        return isOnHub() ? scheduler.schedule(delayNanos, action) : RemoteTimer.set(scheduler, delayNanos, action);
    }

    private static boolean awaitElsewhere(Waiter waiter, @Nullable Task<?> guest, long atMostNanos)
            throws InterruptedException {
        long began = System.nanoTime();
        while (!waiter.isWoken()) {
            long left = atMostNanos == Long.MAX_VALUE ? atMostNanos : atMostNanos - (System.nanoTime() - began);
            if (left <= 0) {
                break;
            }
            if (!CarrierThread.parkNanos(waiter, left)) {
                throw pinned("this thread", waiter);
            }
            if (Thread.interrupted()) {
                throw guest == null
                        ? new InterruptedException("interrupted while waiting for " + waiter.reason())
                        : guest.signals().taken();
            }
        }
        return waiter.isWoken();
    }

    private static IllegalStateException pinned(String waiting, Waiter waiter) {
        return new IllegalStateException(CarrierThread.refusal(waiting + ", for " + waiter.reason() + ","));
    }
}
