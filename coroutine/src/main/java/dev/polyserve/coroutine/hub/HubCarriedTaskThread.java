package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.carrier.Carrier;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A task on a virtual thread that the hub schedules, so that every blocking call switches to another task.
///
/// This object is the scheduler that the JDK calls. Each task has its own, so the hub knows which task it runs. Virtual
/// threads that a task starts inherit this scheduler: they run on the hub as well, but are no tasks.
final class HubCarriedTaskThread implements TaskThread, Executor, Runnable {
    private final HubCore core;
    private final Task<?> task;
    private final Thread thread;
    /// The continuation of the task's thread; it never changes.
    private @Nullable Runnable continuation;

    HubCarriedTaskThread(HubCore core, Task<?> task, Runnable body) {
        this.core = core;
        this.task = task;
        this.thread = Carrier.threadsOn(this).name(task.name()).unstarted(body);
    }

    /// Submits a continuation to the hub; called by the JDK. **Thread**: any.
    @Override
    public void execute(Runnable next) {
        if (continuation == null) {
            continuation = next; // the first call is by start(), before any other thread can wake the task
        }
        core.scheduler().execute(next.equals(continuation) ? this : next);
    }

    /// Runs the task until its next wait. **Thread**: the hub's.
    @Override
    public void run() {
        Runnable next = continuation;
        if (next != null && !core.scheduler().isEnded()) { // a hub that has ended has abandoned the task
            core.setRunning(task);
            next.run();
            core.setRunning(null);
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
