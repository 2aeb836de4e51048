package dev.polyserve.coroutine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A hub's own thread: it runs what is ready, then the timers that are due, and sleeps when there is nothing.
///
/// *Wake-up*: another thread adds to the queue and then looks at `asleep`; the loop sets `asleep`, then looks at the queue, then
/// parks. Both are volatile, so one of the two always sees the other.
///
/// **Thread**: its own, except [#execute] and what the monitor reads.
final class HubLoop implements HubScheduler, Runnable {
    /// What runs before the timers are looked at again.
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
    private final ArrayDeque<Runnable> own = new ArrayDeque<>();
    private final Queue<Runnable> foreign = new ConcurrentLinkedQueue<>();
    private final HubTimers timers = new HubTimers();
    private boolean foreignFirst;
    private volatile boolean asleep;
    private volatile boolean ended;
    private final Object late = new Object();
    /// Counts what was run; the monitor sees by it that something goes on.
    private long steps;

    HubLoop(Owner owner, String name, boolean lendsThread) {
        this.owner = owner;
        this.lendsThread = lendsThread;
        // With a baton, threads hand over, and virtual ones do that much faster among themselves.
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
        // A task that has its turn is as good as the loop's thread, on which it runs or which waits for it.
        if (isCurrent() || owner.isTasksTurn()) {
            own.add(step);
        } else {
            foreign.add(step);
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
        var timer = new HubTimer(timers, action);
        // Half of what is possible, 146 years, so that the difference of two times never overflows.
        timers.set(timer, System.nanoTime() + Math.min(delayNanos, Long.MAX_VALUE / 2));
        return timer;
    }

    @Override
    public void serves(@Nullable Task<?> task) {
        // The monitor asks the hub whose turn it is.
    }

    @Override
    public void run() {
        while (!owner.isGivenUp()) {
            for (int left = STEPS_PER_TURN; left > 0; left--) {
                Runnable next = poll();
                if (next == null) {
                    break;
                }
                step(next);
            }
            long now = System.nanoTime();
            for (HubTimer due; (due = timers.poll(now)) != null;) {
                step(due::due);
            }
            if (isIdle()) {
                if (owner.isOver()) {
                    break;
                }
                sleep();
            }
        }
        ended = true;
        runLate();
    }

    /// What comes when the loop has ended runs where it comes from, one at a time. **Thread**: any.
    private void runLate() {
        synchronized (late) {
            for (Runnable next; (next = foreign.poll()) != null;) {
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
        } catch (Throwable e) { // also one that is checked and was not declared: it would end the hub, and nobody would hear why
            owner.callbackFailed(e);
        }
        if (lendsThread && isCurrent()) {
            // A callback may have set it; nobody interrupts a hub, and it would not sleep any more.
            Thread.interrupted();
        }
    }

    /// From either side in turn: tasks that only yield must not keep out those that other threads have woken.
    private @Nullable Runnable poll() {
        foreignFirst = !foreignFirst;
        Runnable next = foreignFirst ? foreign.poll() : own.poll();
        if (next == null) {
            next = foreignFirst ? own.poll() : foreign.poll();
        }
        return next;
    }

    private boolean isIdle() {
        return own.isEmpty() && foreign.isEmpty();
    }

    private void sleep() {
        if (timers.isEmpty()) {
            owner.nothingScheduled();
        }
        asleep = true;
        STEPS.setRelease(this, steps + 1);
        if (thread instanceof CarrierThread carrier) {
            // A wake-up that is lost by this has added something, which is seen next.
            carrier.takePermit();
        }
        if (isIdle() && !owner.isOver() && !owner.isGivenUp()) {
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

    /// Gives its thread, while it runs tasks, the permit that keeps a pinned one from stopping it.
    void renewPermit() {
        if (!asleep && thread instanceof CarrierThread carrier) {
            carrier.renewPermit();
        }
    }

    boolean isAsleep() {
        return asleep;
    }

    /// Changes whenever something else begins to run.
    long steps() {
        return (long) STEPS.getAcquire(this);
    }

    /// Whose loop it is. **Thread**: the loop's; what asks, any.
    interface Owner {
        /// Whether the loop is to end when nothing is ready.
        boolean isOver();

        /// Whether the loop is to end whatever is ready.
        boolean isGivenUp();

        /// Whether the calling thread is a task's that has its turn. **Thread**: any.
        boolean isTasksTurn();

        /// Nothing is ready, and no timer is set.
        void nothingScheduled();

        /// A callback or timer has thrown something.
        void callbackFailed(Throwable error);
    }
}
