package dev.polyserve.loop;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The sleep of a monitor while all of its loops wait for their sockets: it ends with the first turn of any loop.
///
/// The monitor sets `sleeps` and then reads which loops are asleep; a loop that begins a turn is no longer asleep, and then
/// reads `sleeps`. All of these accesses are volatile, so at least one side sees the other. A turn costs the loop one
/// volatile read; only the first one after a sleep wakes a thread.
///
/// **Thread**: the monitor's, except [#turnBegins].
final class MonitorSleep {
    private final List<EventLoop> loops;
    private volatile boolean sleeps;
    /// The monitor's thread, once it has slept.
    private volatile @Nullable Thread monitor;

    /// Creates the sleep of one monitor. Call it before the loops start.
    MonitorSleep(List<EventLoop> loops) {
        this.loops = loops;
        loops.forEach(loop -> loop.monitoredBy(this));
    }

    /// Ends the sleep. **Thread**: a loop's, at the beginning of a turn.
    void turnBegins() {
        if (sleeps) {
            sleeps = false;
            LockSupport.unpark(monitor);
        }
    }

    /// Sleeps until a loop begins a turn; not at all while one runs. An interrupt ends it. It allocates nothing: a monitor outlives a lack of memory.
    void sleep() {
        monitor = Thread.currentThread();
        sleeps = true;
        while (sleeps && allWait() && !Thread.currentThread().isInterrupted()) {
            LockSupport.park(this);
        }
        sleeps = false;
    }

    /// Whether no loop runs a turn.
    boolean allWait() {
        for (int i = 0; i < loops.size(); i++) {
            EventLoop loop = loops.get(i);
            if (!loop.isAsleep() && !loop.hasEnded()) {
                return false;
            }
        }
        return true;
    }
}
