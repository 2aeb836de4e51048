package dev.polyserve.coroutine;

/// The thread of somebody else that waits as a task does, and gets its turns from where it always got them.
final class AttachedTaskThread implements TaskThread {
    private final Thread thread;
    private final boolean beside;

    /// @param beside whether it may run while tasks of the hub do
    AttachedTaskThread(Thread thread, boolean beside) {
        this.thread = thread;
        this.beside = beside;
    }

    @Override
    public boolean isBeside() {
        return beside;
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
