package dev.polyserve.linux.process;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Ends this process at a deadline, whatever blocks it.
///
/// The thread is started in advance, and setting a deadline allocates nothing, takes no lock and links nothing. So it
/// also ends a process without memory, or with other threads that are stuck.
///
/// ```
///   start ─▶ no deadline ──within──▶ deadline ──passed──▶ halt
///                                     │     └──passed while the process was suspended──▶ grace ──passed──▶ halt
///                                     └──within, sooner──▲
/// ```
///
/// A process that is suspended (`SIGSTOP`, a sleeping machine) may wake up after its deadline without having had time
/// to end by itself. It then gets one grace period, counted from the wake-up: a process without memory pauses often,
/// too, and must end.
///
/// **Thread**: any.
public final class ExitDeadline implements AutoCloseable {
    /// The exit status of a process that did not end by itself.
    private static final int STUCK = 1;
    private static final long NONE = Long.MAX_VALUE;
    /// The longest wait between two checks for a suspension.
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /// A wait that exceeds its limit by this much was a suspension.
    private static final long SUSPENDED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Runnable halt;
    private final Time time;
    private final long startNanos;
    /// The deadline, counted from the start.
    private final AtomicLong deadlineNanos = new AtomicLong(NONE);
    private final Thread thread;
    private volatile boolean closed;

    /// The clock and the wait of the thread.
    interface Time {
        /// The system's clock.
        Time SYSTEM = new Time() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void await(long atMostNanos) {
                LockSupport.parkNanos(atMostNanos);
            }
        };

        /// As [System#nanoTime].
        long nanos();

        /// Waits at most this long; returns early when the thread is unparked.
        void await(long atMostNanos);
    }

    private ExitDeadline(Runnable halt, Time time) {
        this.halt = halt;
        this.time = time;
        this.startNanos = time.nanos();
        this.thread = Thread.ofPlatform().daemon().name("polyserve-exit").unstarted(this::run);
    }

    /// Starts the thread, without a deadline. The process will end with status 1, without its shutdown hooks.
    public static ExitDeadline start() {
        try {
            // Load and initialise now what halting needs.
            Class.forName("java.lang.Shutdown");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this JDK ends in another way", e);
        }
        Runtime runtime = Runtime.getRuntime();
        return start(() -> runtime.halt(STUCK), Time.SYSTEM);
    }

    /// Starts the thread.
    ///
    /// @param halt runs when the deadline has passed
    static ExitDeadline start(Runnable halt, Time time) {
        ExitDeadline started = new ExitDeadline(halt, time);
        started.thread.start();
        return started;
    }

    /// Ends the process after this time, or at the earlier deadline if one is set.
    public void within(long nanos) {
        long now = nanos();
        long wanted = nanos < NONE - now ? now + Math.max(0, nanos) : NONE;
        long before;
        do {
            before = deadlineNanos.get();
        } while (wanted < before && !deadlineNanos.compareAndSet(before, wanted));
        LockSupport.unpark(thread);
    }

    /// Cancels the deadline: what was to end has ended.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        long graceUntil = 0;
        for (long left; !closed && (left = Math.max(deadlineNanos.get(), graceUntil) - nanos()) > 0;) {
            boolean suspended = awaitOneStep(left);
            if (suspended && graceUntil == 0 && deadlineNanos.get() <= nanos()) {
                graceUntil = nanos() + GRACE_NANOS;
            }
        }
        if (!closed) {
            halt.run();
        }
    }

    /// Waits for one step, at most for the time that is left.
    ///
    /// @return whether the process was suspended meanwhile
    private boolean awaitOneStep(long leftNanos) {
        if (deadlineNanos.get() == NONE) {
            time.await(NONE);
            return false;
        }
        long step = Math.min(leftNanos, STEP_NANOS);
        long before = nanos();
        time.await(step);
        return nanos() - before - step > SUSPENDED_NANOS;
    }

    private long nanos() {
        return time.nanos() - startNanos;
    }
}
