package dev.polyserve.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Detects a full heap, and then restores the default action of TERM and INT. The JVM starts a thread for each signal,
/// which fails without memory; with the default action, the kernel ends the process.
///
/// It checks once a second. It allocates only when little memory is left, to find out whether a collection frees
/// enough. What a collector reports as free may be out of reach for an allocation, as a survivor space is: so little memory
/// is a part of the heap.
///
/// **Thread**: its own, a daemon.
final class FullHeapMonitor implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    /// More than the survivor spaces of any collector take of the heap.
    private static final int LOW_PART_OF_HEAP = 8;
    /// Below half of the smallest region of G1: a larger array would need two adjacent regions.
    private static final int PROBE_BYTES = 256 << 10;

    private final SignalHandlers signals;
    private final Thread thread;
    private volatile boolean closed;
    /// Stored in a field, so that the compiler does not eliminate the allocation.
    @SuppressWarnings("unused")
    private volatile byte @Nullable [] probe;

    private FullHeapMonitor(SignalHandlers signals) {
        this.signals = signals;
        this.thread = Thread.ofPlatform().daemon().name("polyserve-heap").unstarted(this::run);
    }

    static FullHeapMonitor start(SignalHandlers signals) {
        FullHeapMonitor watch = new FullHeapMonitor(signals);
        watch.thread.start();
        return watch;
    }

    private void run() {
        boolean wasFull = false;
        while (!closed) {
            LockSupport.parkNanos(this, PERIOD_NANOS);
            boolean full = isFull();
            if (!closed && full != wasFull && setDefaultAction(full)) {
                wasFull = full;
            }
        }
    }

    private boolean setDefaultAction(boolean full) {
        try {
            signals.setDefaultAction(full);
            return true;
        } catch (OutOfMemoryError e) {
            return false; // tried again in the next period
        }
    }

    private boolean isFull() {
        Runtime runtime = Runtime.getRuntime();
        long mostBytes = runtime.maxMemory();
        if (mostBytes - runtime.totalMemory() + runtime.freeMemory() >= mostBytes / LOW_PART_OF_HEAP) {
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
