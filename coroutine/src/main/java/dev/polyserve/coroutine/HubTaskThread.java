package dev.polyserve.coroutine;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A virtual thread whose scheduler is the hub: whatever blocks it is a switch.
///
/// This object is the scheduler, one for each task, so that the hub knows whose stretch it runs. Virtual threads that a task
/// starts inherit it; their stretches run on the hub as well, but they are no tasks.
final class HubTaskThread implements TaskThread, Executor, Runnable {
    private final HubCore core;
    private final Task<?> task;
    private final Thread thread;
    /// What runs its thread, always the same.
    private @Nullable Runnable continuation;

    HubTaskThread(HubCore core, Task<?> task, Runnable body) {
        this.core = core;
        this.task = task;
        this.thread = Carrier.threadsOn(this).name(task.name()).unstarted(body);
    }

    /// Takes what is to run: the scheduler. **Thread**: any.
    @Override
    public void execute(Runnable next) {
        if (continuation == null) {
            continuation = next; // by start(), before anybody else has the thread
        }
        core.scheduler().execute(next.equals(continuation) ? this : next);
    }

    /// The next stretch of the task. **Thread**: the hub's.
    @Override
    public void run() {
        Runnable next = continuation;
        if (next != null && !core.scheduler().isEnded()) { // else it was given up, and never runs again
            core.runs(task);
            next.run();
            core.runs(null);
        }
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public Thread thread() {
        return thread;
    }
}
