package dev.polyserve.coroutine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The thread of somebody else that waits as a task does, and gets its turns from where it always got them.
final class GuestStrand implements Strand {
    private final Thread thread;
    private final boolean beside;

    /// @param beside whether it may run while tasks of the hub do
    GuestStrand(Thread thread, boolean beside) {
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
    public void park() {
        LockSupport.park(this);
    }

    @Override
    public void unpark() {
        LockSupport.unpark(thread);
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // it is exact where the loop is the scheduler, and as good as any elsewhere
    public void letOthersRun() {
        Thread.yield();
    }

    @Override
    public <T extends @Nullable Object> T blocking(Work<T> work) throws Exception {
        return work.run();
    }

    @Override
    public Thread thread() {
        return thread;
    }
}
