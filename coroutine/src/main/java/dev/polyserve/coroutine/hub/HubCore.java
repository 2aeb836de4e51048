package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.carrier.CarrierThread;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The core of a hub: its tasks, which of them has its turn, and how a task waits.
///
/// Only code on the hub touches the state: the task that has its turn, a callback, or a timer. Other threads submit
/// their changes to the scheduler.
final class HubCore {
    private final HubOptions options;
    private final HubScheduler scheduler;
    private final Hub hub;
    private final LiveTasks live = new LiveTasks(this);
    /// The task that has its turn. Written on the hub only; a thread that finds its own task here has the turn.
    private @Nullable Task<?> running;
    private final AtomicLong spawned = new AtomicLong();
    private final HubThreadAttacher attachedThreads;

    /// @param scope is closed by [Hub#close]
    HubCore(HubOptions options, HubScheduler scheduler, AutoCloseable scope, HubThreadAttacher attachedThreads) {
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
    <T extends @Nullable Object> Task<T> newTask(String name, TaskCallable<T> work) {
        if (!scheduler.takesTasks()) {
            throw new IllegalStateException("the hub " + options.name() + " has ended: it runs no more tasks");
        }
        return new Task<>(this, name, work, options.spawnSites() ? new Throwable("spawned here") : null);
    }

    TaskThread newTaskThread(Task<?> task, Runnable body) {
        return scheduler.lendsThread()
                ? new HubCarriedTaskThread(this, task, body)
                : new DefaultSchedulerTaskThread(this, task, body);
    }

    /// Records that a task's turn begins, or with null, that it has ended. **Thread**: the scheduler's.
    void setRunning(@Nullable Task<?> task) {
        assert scheduler.isCurrent() || scheduler.isEnded() : refusal();
        running = task;
        scheduler.runningTaskChanged(task);
    }

    /// The task that has its turn; on other threads possibly stale. **Thread**: any.
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
                    task.killNow();
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

    void ended(Task<?> task, boolean unobserved) {
        live.remove(task);
        Throwable failure = task.failure();
        if (unobserved && failure != null) {
            HubLog.callListener(() -> options.listener().taskFailed(task, failure));
        }
    }

    void killOthers() {
        assertOwner();
        Task<?> self = callingTask();
        for (Task<?> task : live.list()) {
            if (!task.equals(self)) {
                task.killNow();
            }
        }
    }

    // --- the calling task ---

    Task<?> requireTask(String what) {
        Task<?> task = callingTask();
        if (task == null) {
            throw new IllegalStateException("only a task of the hub " + options.name() + " can " + what
                    + " in it; the caller is a callback or another thread: " + Thread.currentThread());
        }
        return task;
    }

    /// Throws when the caller is an attached thread that runs concurrently with the hub.
    void refuseConcurrent(String what) {
        Task<?> task = callingTask();
        if (task != null && task.taskThread().isConcurrent()) {
            throw new IllegalStateException("this thread runs concurrently with the hub " + options.name() + " ("
                    + Carrier.whyNot().orElse("its loop does not lend its thread") + "): only a task of the hub can "
                    + what + "; start one with Hub.spawn");
        }
    }

    /// The calling task, if it belongs to this hub and has its turn, or is an attached thread.
    @Nullable Task<?> callingTask() {
        Task<?> task = running;
        return task != null && task.thread().equals(Thread.currentThread()) ? task : attachedThreads.calling();
    }

    /// Fails, where assertions are on, unless the caller is the task that has its turn, or a callback, or unwinds what
    /// is left of a hub that has ended. **Thread**: any.
    void assertOwner() {
        assert isOnHub() || scheduler.isEnded() : refusal();
    }

    private String refusal() {
        return "the hub " + options.name() + " is owned by its loop and the task that has its turn, but "
                + Thread.currentThread() + " called it";
    }

    private boolean isOnHub() {
        Task<?> task = callingTask();
        return task != null ? !task.taskThread().isConcurrent() : scheduler.isCurrent();
    }

    /// Runs an action on the hub: at once when the caller is one of its tasks or callbacks, otherwise at a later turn.
    void onHub(Runnable action) {
        if (isOnHub()) {
            action.run();
        } else {
            scheduler.execute(action);
        }
    }

    /// Waits until the waiter is woken or the time has passed.
    ///
    /// @param current the calling task; null when the caller is no task
    /// @return whether it was woken in time
    boolean await(Waiter waiter, @Nullable Task<?> current, long atMostNanos) throws InterruptedException {
        if (current == null || current.taskThread().isConcurrent()) {
            return awaitOffHub(waiter, current, atMostNanos);
        }
        HubScheduler.Timer timer = atMostNanos == Long.MAX_VALUE
                ? null
                : scheduler.schedule(atMostNanos, waiter::expire);
        live.startWaiting(current, waiter);
        try {
            if (Thread.interrupted()) {
                throw current.pendingThrows().take();
            }
            while (!waiter.isWoken() && !waiter.isExpired()) {
                if (!current.taskThread().park()) {
                    throw pinned(current.toString(), waiter);
                }
                if (Thread.interrupted()) {
                    throw current.pendingThrows().take();
                }
            }
        } finally {
            live.stopWaiting(current);
            scheduler.runningTaskChanged(current); // no setRunning call precedes the turn of an attached thread
            if (timer != null) {
                timer.cancel();
            }
        }
        return waiter.isWoken();
    }

    /// Runs an action on the hub after a delay. Only the caller may cancel the timer.
    HubScheduler.Timer schedule(long delayNanos, Runnable action) {
        return isOnHub() ? scheduler.schedule(delayNanos, action) : CrossThreadTimer.set(scheduler, delayNanos, action);
    }

    private static boolean awaitOffHub(Waiter waiter, @Nullable Task<?> attached, long atMostNanos)
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
                throw attached == null
                        ? new InterruptedException("interrupted while waiting for " + waiter.reason())
                        : attached.pendingThrows().take();
            }
        }
        return waiter.isWoken();
    }

    private static IllegalStateException pinned(String waiting, Waiter waiter) {
        return new IllegalStateException(CarrierThread.refusal(waiting + ", for " + waiter.reason() + ","));
    }
}
