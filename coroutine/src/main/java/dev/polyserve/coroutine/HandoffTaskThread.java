package dev.polyserve.coroutine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A virtual thread of the JDK's scheduler that runs only while the hub waits for it: one thread at a time has the baton.
///
/// ```
///   hub:   turn ─▶ give the baton, wait ────────────────▶ next turn
///   task:          … runs …  park: give it back, wait for the next turn
/// ```
///
/// The hub cannot see that a call of the JDK blocks the thread, so such a call keeps the baton, unless it is made within
/// [#blocking].
final class HandoffTaskThread implements TaskThread, Runnable {
    private final HubCore core;
    private final Task<?> task;
    private final Runnable body;
    private final Thread thread;
    private volatile boolean hasBaton;
    private volatile boolean detached;
    private volatile boolean done;
    private volatile Thread hubThread;

    HandoffTaskThread(HubCore core, Task<?> task, Runnable body) {
        this.core = core;
        this.task = task;
        this.body = body;
        this.thread = Thread.ofVirtual().name(task.name()).unstarted(this);
        this.hubThread = thread;
    }

    /// A turn of the hub. **Thread**: the hub's.
    private void turn() {
        if (done || detached || core.scheduler().isEnded()) {
            return; // with the hub ended, it was given up, and never runs again
        }
        hubThread = Thread.currentThread();
        core.runs(task);
        hasBaton = true;
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        } else {
            LockSupport.unpark(thread);
        }
        while (hasBaton) {
            LockSupport.park(this);
            // Nobody interrupts a hub, and it would not wait any more.
            Thread.interrupted();
        }
        core.runs(null);
    }

    private void giveBack() {
        Thread waiting = hubThread;
        hasBaton = false;
        LockSupport.unpark(waiting);
    }

    private void awaitBaton() {
        boolean interrupted = false;
        while (!hasBaton) {
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

    /// For its thread.
    @Override
    public void run() {
        try {
            body.run();
        } finally {
            done = true;
            giveBack();
        }
    }

    @Override
    public void start() {
        unpark();
    }

    @Override
    public boolean park() {
        giveBack();
        awaitBaton();
        return true;
    }

    @Override
    public void unpark() {
        core.scheduler().execute(this::turn);
    }

    @Override
    public void letOthersRun() {
        unpark();
        giveBack();
        awaitBaton();
    }

    @Override
    public <T extends @Nullable Object> T blocking(Work<T> work) throws Exception {
        detached = true;
        giveBack();
        try {
            return work.run();
        } finally {
            detached = false;
            unpark();
            awaitBaton();
        }
    }

    @Override
    public Thread thread() {
        return thread;
    }
}
