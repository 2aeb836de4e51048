package dev.polyserve.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Watches for a heap that is full. The JVM starts a thread for each signal, for which there is no memory then: until there is some
/// again, TERM and INT end the process at once, by the system, or by the C library where this is process 1.
///
/// It looks once a second, and allocates only where little is left, to find out whether a collection frees enough.
///
/// **Thread**: its own, a daemon.
final class HeapWatch implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LITTLE_BYTES = 1 << 20;
    /// Below half of the smallest region of G1, which would need two regions in a row for more.
    private static final int PROBE_BYTES = 256 << 10;

    private final SignalHandlers signals;
    private final Thread thread;
    private volatile boolean closed;
    /// Kept for a moment, so that the compiler does not leave it out.
    @SuppressWarnings("unused")
    private volatile byte @Nullable [] probe;

    private HeapWatch(SignalHandlers signals) {
        this.signals = signals;
        this.thread = Thread.ofPlatform().daemon().name("polyserve-heap").unstarted(this::run);
    }

    /// Starts watching.
    static HeapWatch start(SignalHandlers signals) {
        HeapWatch watch = new HeapWatch(signals);
        watch.thread.start();
        return watch;
    }

    private void run() {
        boolean wasFull = false;
        while (!closed) {
            LockSupport.parkNanos(this, PERIOD_NANOS);
            boolean full = isFull();
            if (!closed && full != wasFull && tell(full)) {
                wasFull = full;
            }
        }
    }

    private boolean tell(boolean full) {
        try {
            signals.endsAtOnce(full);
            return true;
        } catch (OutOfMemoryError e) {
            return false; // and tries again
        }
    }

    private boolean isFull() {
        Runtime runtime = Runtime.getRuntime();
        if (runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory() >= LITTLE_BYTES) {
            return false;
        }
        try {
            probe = new byte[PROBE_BYTES];
            probe = null;
            return false;
        } catch (OutOfMemoryError e) {
            return true;
        }
    }

    /// Stops watching; the signals are not changed any more when this returns.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
