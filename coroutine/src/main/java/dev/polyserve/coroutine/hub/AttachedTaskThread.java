package dev.polyserve.coroutine.hub;

/// A thread that the hub did not start and that joins it as a task. Its own scheduler still runs it.
final class AttachedTaskThread implements TaskThread {
    private final Thread thread;
    private final boolean concurrent;

    /// @param concurrent whether it may run while a task of the hub runs
    AttachedTaskThread(Thread thread, boolean concurrent) {
        this.thread = thread;
        this.concurrent = concurrent;
    }

    @Override
    public boolean isConcurrent() {
        return concurrent;
    }

    @Override
    public void start() {
        throw new IllegalStateException(thread + " began before it became a task");
    }

    @Override
    public Thread thread() {
        return thread;
    }
}
