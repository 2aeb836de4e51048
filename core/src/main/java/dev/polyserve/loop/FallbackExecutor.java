package dev.polyserve.loop;

import java.util.concurrent.atomic.AtomicInteger;

/// Runs what still comes to a loop that has ended: coroutines that take their time to unwind, and virtual threads that they
/// started, which have the loop for their scheduler as long as they live. One thread at a time, a daemon, which is there only while
/// there is something to run.
///
/// **Thread**: any; it takes no lock, since other loops and their coroutines ask it.
final class FallbackExecutor {
    private final String name;
    private final Runnable runLeft;
    /// How often it was asked since its thread began; 0: there is none.
    private final AtomicInteger asked = new AtomicInteger();

    /// @param runLeft runs all that there is
    FallbackExecutor(String name, Runnable runLeft) {
        this.name = name;
        this.runLeft = runLeft;
    }

    /// Something has come.
    void wake() {
        if (asked.getAndIncrement() > 0) {
            return;
        }
        try {
            Thread.ofPlatform().daemon().name(name).start(this::run);
        } catch (RuntimeException | Error e) {
            asked.set(0); // no thread to be had now: the next one tries again
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
