package dev.polyserve.coroutine.hub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Detects stalls and suspected deadlocks of a hub, from a thread of its own.
///
/// The monitor only reads a counter that the hub writes before each step, so its cost is not measurable.
///
/// **Thread**: its own.
final class HubMonitor implements Runnable {
    /// The time without a step after which a deadlock is suspected.
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final HubCore core;
    private final HubLoop loop;
    private final long limitNanos;
    private final Thread thread;
    private long seenSteps = -1;
    private long sinceNanos;
    private boolean reported;

    HubMonitor(HubCore core, HubLoop loop, long limitNanos) {
        this.core = core;
        this.loop = loop;
        this.limitNanos = limitNanos;
        this.thread = Thread.ofPlatform().daemon().name(core.options().name() + "-monitor").unstarted(this);
    }

    void start() {
        if (limitNanos > 0) {
            thread.start();
        }
    }

    void stop() {
        thread.interrupt();
    }

    @Override
    public void run() {
        // Half the limit, so that a stall is reported before it has lasted twice the limit.
        long periodMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(limitNanos / 2));
        while (loop.thread().isAlive()) {
            try {
                Thread.sleep(periodMillis);
            } catch (InterruptedException e) {
                // stop() was called.
                return;
            }
            loop.renewPermit();
            try {
                check();
            } catch (RuntimeException | Error e) {
                // The listener failed, or memory for a stack is short; the next check may succeed.
                HubLog.failed("the monitor of a hub failed", e);
            }
        }
    }

    private void check() {
        long steps = loop.steps();
        long now = System.nanoTime();
        if (steps != seenSteps) {
            seenSteps = steps;
            sinceNanos = now;
            reported = false;
            return;
        }
        long quietNanos = now - sinceNanos;
        if (reported) {
            return;
        }
        if (loop.isAsleep()) {
            if (quietNanos >= Math.max(QUIET_NANOS, limitNanos)) {
                reported = true;
                suspectDeadlock();
            }
        } else if (quietNanos >= limitNanos) {
            stalled(steps, quietNanos);
        }
    }

    private void stalled(long steps, long soFarNanos) {
        Task<?> running = core.running();
        Thread busy = running == null ? loop.thread() : running.thread();
        List<StackTraceElement> stack = Arrays.asList(busy.getStackTrace());
        if (loop.steps() == steps && !loop.isAsleep()) {
            reported = true;
            core.options().listener().stalled(Duration.ofNanos(soFarNanos), Optional.ofNullable(running), stack);
        }
    }

    private void suspectDeadlock() {
        var states = new ArrayList<String>();
        for (Task<?> task : core.live().list()) {
            if (!waitsForAnotherThread(task)) {
                return;
            }
            states.add(HubLog.state(task));
        }
        if (!states.isEmpty()) {
            core.options().listener().maybeDeadlocked(String.join("", states));
        }
    }

    private static boolean waitsForAnotherThread(Task<?> task) {
        Thread.State state = task.thread().getState();
        if (state != Thread.State.WAITING && state != Thread.State.BLOCKED) {
            return false;
        }
        for (StackTraceElement element : task.thread().getStackTrace()) {
            if (element.getClassName().startsWith("sun.nio.ch.")) {
                return false;
            }
        }
        return true;
    }
}
