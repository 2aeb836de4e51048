package dev.polyserve.loop;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The sleep of a monitor while all of its loops wait for their sockets: it ends with the first work of any loop that the
/// monitor is for.
///
/// The monitor sets `sleeps` and then reads which loops are asleep; a loop that works is no longer asleep, and then reads
/// `sleeps`. All of these accesses are volatile, so at least one side sees the other. It costs the loop one volatile read;
/// only the first work after a sleep wakes a thread.
///
/// **Thread**: the monitor's, except [#end].
final class MonitorSleep {
    private final List<EventLoop> loops;
    private volatile boolean sleeps;
    /// The monitor's thread, once it has slept.
    private volatile @Nullable Thread monitor;

    /// Creates the sleep of one monitor.
    MonitorSleep(List<EventLoop> loops) {
        this.loops = loops;
    }

    /// Ends the sleep, if the monitor sleeps. **Thread**: a loop's, in a turn.
    void end() {
        if (sleeps) {
            sleeps = false;
            LockSupport.unpark(monitor);
        }
    }

    /// Sleeps until [#end]; not at all while a loop runs a turn. An interrupt ends it. It allocates nothing: a monitor
    /// outlives a lack of memory.
    void sleep() {
        monitor = Thread.currentThread();
        sleeps = true;
        while (sleeps && allWait() && !Thread.currentThread().isInterrupted()) {
            LockSupport.park(this);
        }
        sleeps = false;
    }

    private boolean allWait() {
        for (int i = 0; i < loops.size(); i++) {
            EventLoop loop = loops.get(i);
            if (!loop.isAsleep() && !loop.hasEnded()) {
                return false;
            }
        }
        return true;
    }
}
