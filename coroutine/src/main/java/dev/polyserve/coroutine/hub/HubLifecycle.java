package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.carrier.Carrier;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The life of a hub that has a thread of its own: begins with the first task and ends when none is left.
///
/// ```
///   new ──run, open──▶ begun ──no task is left (open: after close)──▶ over
///                        └──killed tasks do not end in time─────────▶ over, tasks abandoned
/// ```
///
/// **Thread**: any caller's; the loop calls the methods of [HubLoop.Owner].
final class HubLifecycle implements HubLoop.Owner, AutoCloseable {
    private final HubOptions options;
    private final HubLoop loop;
    private final HubCore core;
    private final HubMonitor monitor;
    private boolean begun;
    private volatile boolean staysOpen;
    private volatile boolean givenUp;
    private @Nullable DeadlockException deadlock;

    HubLifecycle(HubOptions options, boolean staysOpen) {
        this.options = options;
        this.staysOpen = staysOpen;
        this.begun = staysOpen;
        this.loop = new HubLoop(this, options.name(), options.lendThread() && Carrier.whyNot().isEmpty());
        this.core = new HubCore(options, loop, this, HubThreadAttacher.NONE);
        this.monitor = new HubMonitor(core, loop, Hub.nanos(options.stallLimit()));
    }

    <T extends @Nullable Object> T run(Hub.Main<T> first) throws Exception {
        Task<T> main = core.newTask("main", () -> first.run(core.hub()));
        loop.execute(() -> {
            core.begin(main);
            begun = true;
            main.add(task -> {
                if (task.phase() != Task.Phase.SUCCEEDED) {
                    core.killOthers();
                }
            });
        });
        start();
        try {
            loop.thread().join();
        } catch (InterruptedException e) {
            end();
            throw e;
        } finally {
            monitor.stop();
        }
        if (deadlock != null) {
            throw deadlock;
        }
        return main.resultOrError();
    }

    Hub open() {
        start();
        return core.hub();
    }

    private void start() {
        loop.thread().start();
        monitor.start();
    }

    @Override
    public void close() {
        staysOpen = false;
        if (core.callingTask() != null || loop.isCurrent()) {
            core.killOthers();
            return;
        }
        end();
        monitor.stop();
    }

    /// Kills all tasks and waits for their end, at most for the kill timeout of the options.
    private void end() {
        loop.execute(core::killOthers);
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + options.killTimeout().toNanos();
        while (loop.thread().isAlive() && !givenUp) {
            try {
                if (!loop.thread().join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                    giveUp();
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void giveUp() {
        HubLog.abandoned(options, core.live().list());
        givenUp = true;
        loop.execute(() -> {});
    }

    @Override
    public boolean isOver() {
        return begun && !staysOpen && core.live().isEmpty();
    }

    @Override
    public boolean isGivenUp() {
        return givenUp;
    }

    @Override
    public boolean isTaskCalling() {
        return core.callingTask() != null;
    }

    @Override
    public void nothingScheduled() {
        if (staysOpen || !core.live().allWaitForEachOther()) {
            return;
        }
        if (deadlock == null) {
            deadlock = new DeadlockException("every task of the hub " + options.name()
                    + " waits for another task, and no timer is set that could wake one:\n"
                    + HubLog.states(core.live().list()));
            core.killOthers();
        } else {
            givenUp = true; // the tasks have caught KilledException and wait again
        }
    }

    @Override
    public void callbackFailed(Throwable error) {
        HubLog.callListener(() -> options.listener().callbackFailed(error));
    }
}
