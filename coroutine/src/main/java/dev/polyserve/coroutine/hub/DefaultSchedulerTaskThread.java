package dev.polyserve.coroutine.hub;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A task on a virtual thread of the JDK's scheduler. The hub and the thread hand control to each other, so only one
/// runs.
///
/// ```
///   hub:   runTurn ─▶ hand over, park ──────────────▶ next turn
///   task:             … runs …  park: hand back, park until the next turn
/// ```
///
/// The hub does not see that a call of the JDK blocks the thread. Such a call blocks the whole hub, unless it is made
/// in [#blocking].
final class DefaultSchedulerTaskThread implements TaskThread, Runnable {
    private final HubCore core;
    private final Task<?> task;
    private final Runnable body;
    private final Thread thread;
    private volatile boolean hasTurn;
    private volatile boolean detached;
    private volatile boolean done;
    private volatile Thread hubThread;

    DefaultSchedulerTaskThread(HubCore core, Task<?> task, Runnable body) {
        this.core = core;
        this.task = task;
        this.body = body;
        this.thread = Thread.ofVirtual().name(task.name()).unstarted(this);
        this.hubThread = thread;
    }

    /// Lets the task run until it hands back. **Thread**: the hub's.
    private void runTurn() {
        if (done || detached || core.scheduler().isEnded()) {
            return; // a hub that has ended has abandoned the task
        }
        hubThread = Thread.currentThread();
        core.setRunning(task);
        hasTurn = true;
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        } else {
            LockSupport.unpark(thread);
        }
        while (hasTurn) {
            LockSupport.park(this);
            // An interrupt has no meaning for a hub, and would keep it from parking.
            Thread.interrupted();
        }
        core.setRunning(null);
    }

    private void handBack() {
        Thread waiting = hubThread;
        hasTurn = false;
        LockSupport.unpark(waiting);
    }

    private void awaitTurn() {
        boolean interrupted = false;
        while (!hasTurn) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                interrupted = true;
                unpark();
            }
        }
        if (interrupted) {
            thread.interrupt();
        }
    }

    /// The body of the thread.
    @Override
    public void run() {
        try {
            body.run();
        } finally {
            done = true;
            handBack();
        }
    }

    @Override
    public void start() {
        unpark();
    }

    @Override
    public boolean park() {
        handBack();
        awaitTurn();
        return true;
    }

    @Override
    public void unpark() {
        core.scheduler().execute(this::runTurn);
    }

    @Override
    public void letOthersRun() {
        unpark();
        handBack();
        awaitTurn();
    }

    @Override
    public <T extends @Nullable Object> T blocking(TaskCallable<T> work) throws Exception {
        detached = true;
        handBack();
        try {
            return work.run();
        } finally {
            detached = false;
            unpark();
            awaitTurn();
        }
    }

    @Override
    public Thread thread() {
        return thread;
    }
}
