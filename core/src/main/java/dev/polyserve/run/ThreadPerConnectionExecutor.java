package dev.polyserve.run;

import java.util.List;

/// A new thread for each task, platform or virtual.
///
/// @param threads makes them
record ThreadPerConnectionExecutor(Thread.Builder threads) implements ConnectionExecutor {
    /// A platform thread each; daemons, because the accept loop is what keeps the program alive.
    static ThreadPerConnectionExecutor platform() {
        return new ThreadPerConnectionExecutor(Thread.ofPlatform().daemon());
    }

    /// A virtual thread each.
    static ThreadPerConnectionExecutor virtual() {
        return new ThreadPerConnectionExecutor(Thread.ofVirtual());
    }

    @Override
    public void run(Runnable task, String name) {
        Thread thread;
        // A builder is not for several threads at once.
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
