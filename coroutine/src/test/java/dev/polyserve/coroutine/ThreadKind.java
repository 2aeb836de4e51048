package dev.polyserve.coroutine;

import java.util.concurrent.CompletableFuture;

/// The kind of thread that resumes a coroutine; each kind takes its own path through [Coroutine].
enum ThreadKind {
    PLATFORM, VIRTUAL;

    /// Runs a test on a thread of this kind and rethrows what it throws.
    void run(Body body) throws Exception {
        var outcome = new CompletableFuture<Void>();
        Thread.Builder threads = this == PLATFORM ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
        Thread thread = threads.name("consumer").start(() -> {
            try {
                body.run();
                outcome.complete(null);
            } catch (Throwable e) {
                outcome.completeExceptionally(e);
            }
        });
        outcome.get();
        thread.join();
    }

    /// A test.
    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }
}
