package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.carrier.CarrierThread;
import dev.polyserve.coroutine.queue.RunQueue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The scheduler of a hub that has a thread of its own: runs ready steps, then due timers, and parks when there are
/// none.
///
/// *Wake-up*: another thread adds to the queue and then reads `asleep`. The loop sets `asleep`, then reads the queue,
/// then parks. Both accesses are volatile, so at least one of the two sees the other's write.
///
/// **Thread**: its own; any may call [#execute] and the methods for the monitor.
final class HubLoop implements HubScheduler, Runnable {
    /// The steps that run before the timers are checked again.
    private static final int STEPS_PER_TURN = 256;
    private static final VarHandle STEPS;

    static {
        try {
            STEPS = MethodHandles.lookup().findVarHandle(HubLoop.class, "steps", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Owner owner;
    private final boolean lendsThread;
    private final Thread thread;
    private final RunQueue ready = new RunQueue();
    private final HubTimers timers = new HubTimers();
    private volatile boolean asleep;
    private volatile boolean ended;
    private final Object lateLock = new Object();
    /// The number of steps run so far; the monitor sees progress by it.
    private long steps;

    HubLoop(Owner owner, String name, boolean lendsThread) {
        this.owner = owner;
        this.lendsThread = lendsThread;
        // Without lending, control passes from thread to thread, which is much faster between virtual threads.
        this.thread = lendsThread ? new CarrierThread(name, true, this) : Thread.ofVirtual().name(name).unstarted(this);
    }

    Thread thread() {
        return thread;
    }

    @Override
    public boolean lendsThread() {
        return lendsThread;
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    @Override
    public void execute(Runnable step) {
        // While a task has its turn, the loop's thread runs it or waits for it, so its steps are the loop's own.
        if (isCurrent() || owner.isTaskCalling()) {
            ready.addOwn(step);
        } else {
            ready.addForeign(step);
            if (asleep) {
                LockSupport.unpark(thread);
            }
            if (ended) {
                runLate();
            }
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable action) {
        assertOwner();
        var timer = new LoopTimer(action);
        // At most half the range (146 years), so that the difference of two times never overflows.
        timers.set(timer, System.nanoTime() + Math.min(delayNanos, Long.MAX_VALUE / 2));
        return timer;
    }

    /// A timer that only the hub may cancel.
    private final class LoopTimer extends HubTimer {
        LoopTimer(Runnable action) {
            super(timers, action);
        }

        @Override
        public void cancel() {
            assertOwner();
            super.cancel();
        }
    }

    /// Fails, where assertions are on, unless the caller runs on the loop's thread or is the task that has its turn, or
    /// the loop has ended. **Thread**: any.
    private void assertOwner() {
        assert isCurrent() || owner.isTaskCalling() || ended
                : thread.getName() + " is owned by its own thread, but " + Thread.currentThread() + " called it";
    }

    @Override
    public void runningTaskChanged(@Nullable Task<?> task) {
        // The monitor reads the running task from HubCore.
    }

    @Override
    public void run() {
        while (!owner.isGivenUp()) {
            for (int left = STEPS_PER_TURN; left > 0; left--) {
                Runnable next = ready.poll();
                if (next == null) {
                    break;
                }
                step(next);
            }
            long now = System.nanoTime();
            for (HubTimer due; (due = timers.poll(now)) != null;) {
                step(due::fire);
            }
            if (ready.isEmpty()) {
                if (owner.isOver()) {
                    break;
                }
                sleep();
            }
        }
        ended = true;
        runLate();
    }

    /// Runs steps that were submitted after the loop ended, one at a time, on the submitting thread. **Thread**: any.
    private void runLate() {
        synchronized (lateLock) {
            for (Runnable next; (next = ready.pollForeign()) != null;) {
                step(next);
            }
        }
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public boolean takesTasks() {
        return !ended && !owner.isGivenUp();
    }

    private void step(Runnable next) {
        STEPS.setRelease(this, steps + 1);
        if (thread instanceof CarrierThread carrier) {
            carrier.beforeMount();
        }
        try {
            next.run();
        } catch (Throwable e) { // Throwable: an undeclared checked exception would otherwise end the hub unreported
            owner.callbackFailed(e);
        }
        if (lendsThread && isCurrent()) {
            // A callback may have left an interrupt, which would keep the loop from parking.
            Thread.interrupted();
        }
    }

    private void sleep() {
        if (timers.isEmpty()) {
            owner.nothingScheduled();
        }
        asleep = true;
        STEPS.setRelease(this, steps + 1);
        if (thread instanceof CarrierThread carrier) {
            // If this takes the permit of a wake-up, isEmpty sees the step that the wake-up added.
            carrier.takePermit();
        }
        if (ready.isEmpty() && !owner.isOver() && !owner.isGivenUp()) {
            long atMostNanos = timers.nextDelayNanos(System.nanoTime());
            if (atMostNanos == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else if (atMostNanos > 0) {
                LockSupport.parkNanos(this, atMostNanos);
            }
            Thread.interrupted();
        }
        asleep = false;
        if (thread instanceof CarrierThread carrier) {
            carrier.renewPermit();
        }
    }

    // --- for the monitor; any thread ---

    /// Renews the permit that keeps a pinned task from blocking the loop's thread, while it runs tasks.
    void renewPermit() {
        if (!asleep && thread instanceof CarrierThread carrier) {
            carrier.renewPermit();
        }
    }

    boolean isAsleep() {
        return asleep;
    }

    /// A counter that changes whenever another step begins.
    long steps() {
        return (long) STEPS.getAcquire(this);
    }

    /// The owner of a loop: decides when it ends and receives its events. **Thread**: the loop's, unless stated.
    interface Owner {
        /// Whether the loop ends as soon as no step is ready. **Thread**: any.
        boolean isOver();

        /// Whether the loop ends at once, with steps still ready. **Thread**: any.
        boolean isGivenUp();

        /// Whether the caller is a task that has its turn. **Thread**: any.
        boolean isTaskCalling();

        /// No step is ready, and no timer is set.
        void nothingScheduled();

        /// A callback or timer threw an exception.
        void callbackFailed(Throwable error);
    }
}
