package dev.polyserve.cli;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.SoftReference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Detects a full heap, and then restores the default action of TERM and INT. The JVM starts a thread for each signal,
/// which fails without memory; with the default action, the kernel ends the process.
///
/// It sleeps until the JVM clears a soft reference, which it does before it reports a lack of memory, and then checks once
/// a second while little memory is left. It allocates only then, to find out whether a collection frees enough. What a
/// collector reports as free may be out of reach for an allocation, as a survivor space is: so little memory is a part of the
/// heap.
///
/// **Thread**: its own, a daemon.
final class FullHeapMonitor implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    /// How long it sleeps at most: a collector that clears no soft references runs, too.
    private static final long MOST_SLEEP_MILLIS = TimeUnit.MINUTES.toMillis(5);
    /// More than the survivor spaces of any collector take of the heap.
    private static final int LOW_PART_OF_HEAP = 8;
    /// Below half of the smallest region of G1: a larger array would need two adjacent regions.
    private static final int PROBE_BYTES = 256 << 10;

    private final SignalHandlers signals;
    private final Thread thread;
    private final ReferenceQueue<Object> cleared = new ReferenceQueue<>();
    private volatile boolean closed;
    /// Cleared when memory gets short. **Thread**: the monitor's.
    private @Nullable SoftReference<Object> sentinel;
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
            if (isLow() || !sleeps()) {
                LockSupport.parkNanos(this, PERIOD_NANOS);
            }
            boolean full = isFull();
            if (!closed && full != wasFull && setDefaultAction(full)) {
                wasFull = full;
            }
        }
    }

    /// Sleeps until memory may be short.
    ///
    /// @return false when it already is, and nothing could be allocated
    private boolean sleeps() {
        try {
            if (sentinel == null || sentinel.refersTo(null)) {
                sentinel = new SoftReference<>(new Object(), cleared);
            }
            var _ = cleared.remove(MOST_SLEEP_MILLIS);
            return true;
        } catch (OutOfMemoryError e) {
            return false; // checked and tried again in the next period
        } catch (InterruptedException e) {
            return true; // closed
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

    private static boolean isLow() {
        Runtime runtime = Runtime.getRuntime();
        long mostBytes = runtime.maxMemory();
        return mostBytes - runtime.totalMemory() + runtime.freeMemory() < mostBytes / LOW_PART_OF_HEAP;
    }

    private boolean isFull() {
        if (!isLow()) {
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
        thread.interrupt();
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
