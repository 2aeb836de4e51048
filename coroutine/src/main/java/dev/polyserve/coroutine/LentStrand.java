package dev.polyserve.coroutine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A virtual thread whose scheduler is the hub: whatever blocks it is a switch.
final class LentStrand implements Strand {
    private final Thread thread;

    /// @param threads makes threads that run on the hub
    LentStrand(Thread.Builder.OfVirtual threads, String name, Runnable body) {
        this.thread = threads.name(name).unstarted(body);
    }

    @Override
    public void start() {
        thread.start();
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
    @SuppressWarnings("ThreadPriorityCheck") // it is exact here: the scheduler is ours
    public void letOthersRun() {
        Thread.yield();
    }

    @Override
    public <T extends @Nullable Object> T blocking(Work<T> work) throws Exception {
        return work.run();
    }

    @Override
    public boolean isDetached() {
        return false;
    }

    @Override
    public Thread thread() {
        return thread;
    }
}
