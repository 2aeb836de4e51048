package dev.polyserve.run;

import java.util.List;

/// Starts a new thread for each task, platform or virtual.
///
/// @param threads creates the threads
record ThreadPerConnectionExecutor(Thread.Builder threads) implements ConnectionExecutor {
    /// A platform thread for each task. The threads are daemons, because the accept loop keeps the JVM alive.
    static ThreadPerConnectionExecutor platform() {
        return new ThreadPerConnectionExecutor(Thread.ofPlatform().daemon());
    }

    /// A virtual thread for each task.
    static ThreadPerConnectionExecutor virtual() {
        return new ThreadPerConnectionExecutor(Thread.ofVirtual());
    }

    @Override
    public void run(Runnable task, String name) {
        Thread thread;
        // A builder is not safe for concurrent use.
        synchronized (threads) {
            thread = threads.name(name).unstarted(task);
        }
        thread.start();
    }

    @Override
    public List<Runnable> close() {
        return List.of();
    }
}
