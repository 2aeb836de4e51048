package dev.polyserve.linux.process;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Ends this process at a deadline, whatever hangs.
///
/// Its thread exists before it is needed, and setting a deadline allocates nothing, takes no lock and links nothing: it also ends a
/// process that has no memory left, or whose other threads are stuck.
///
/// ```
///   start ─▶ no deadline ──within──▶ deadline ──passed──▶ halt
///                                       └──within, sooner──▲
/// ```
///
/// **Thread**: any.
public final class ExitDeadline implements AutoCloseable {
    /// What a process ends with that did not end by itself.
    private static final int STUCK = 1;
    private static final long NONE = Long.MAX_VALUE;

    private final Runnable halt;
    private final long startNanos = System.nanoTime();
    /// Counted from the start.
    private final AtomicLong deadlineNanos = new AtomicLong(NONE);
    private final Thread thread;
    private volatile boolean closed;

    private ExitDeadline(Runnable halt) {
        this.halt = halt;
        this.thread = Thread.ofPlatform().daemon().name("polyserve-exit").unstarted(this::run);
    }

    /// Starts its thread; there is no deadline yet. The process will end with status 1, without its shutdown hooks.
    public static ExitDeadline start() {
        try {
            // What halting needs is loaded and initialised now.
            Class.forName("java.lang.Shutdown");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this JDK ends in another way", e);
        }
        Runtime runtime = Runtime.getRuntime();
        return start(() -> runtime.halt(STUCK));
    }

    /// Starts its thread.
    ///
    /// @param halt what happens when the deadline has passed
    static ExitDeadline start(Runnable halt) {
        ExitDeadline started = new ExitDeadline(halt);
        started.thread.start();
        return started;
    }

    /// Ends the process so long from now, or at the deadline that was set before if that is sooner.
    public void within(long nanos) {
        long now = System.nanoTime() - startNanos;
        long wanted = nanos < NONE - now ? now + Math.max(0, nanos) : NONE;
        long before;
        do {
            before = deadlineNanos.get();
        } while (wanted < before && !deadlineNanos.compareAndSet(before, wanted));
        LockSupport.unpark(thread);
    }

    /// Calls it off: what was to end has ended.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        for (long left; !closed && (left = leftNanos()) > 0;) {
            LockSupport.parkNanos(this, left);
        }
        if (!closed) {
            halt.run();
        }
    }

    private long leftNanos() {
        long deadline = deadlineNanos.get();
        return deadline == NONE ? NONE : deadline - (System.nanoTime() - startNanos);
    }
}
