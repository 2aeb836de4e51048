package dev.polyserve.loop;

import java.util.concurrent.atomic.AtomicInteger;

/// Runs the remaining tasks of a loop that has ended: coroutines that unwind, and virtual threads that they started,
/// which keep the loop as their scheduler. It uses one daemon thread at a time, which exists only while there is
/// something to run.
///
/// **Thread**: any. It takes no lock, because other loops and their coroutines call it.
final class EndedLoopExecutor {
    private final String name;
    private final Runnable runLeft;
    /// The number of calls of [#wake] since the thread started; 0: no thread runs.
    private final AtomicInteger asked = new AtomicInteger();

    /// @param runLeft runs everything that is runnable
    EndedLoopExecutor(String name, Runnable runLeft) {
        this.name = name;
        this.runLeft = runLeft;
    }

    /// Signals that there is something to run, and starts the thread if none runs.
    void wake() {
        if (asked.getAndIncrement() > 0) {
            return;
        }
        try {
            Thread.ofPlatform().daemon().name(name).start(this::run);
        } catch (RuntimeException | Error e) {
            asked.set(0); // no thread is available now: the next call tries again
            throw e;
        }
    }

    private void run() {
        int before;
        do {
            before = asked.get();
            runLeft.run();
        } while (!asked.compareAndSet(before, 0));
    }
}
