package dev.polyserve.loop;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// An operation that runs on a loop's thread for a caller on another thread, which waits for the result.
@FunctionalInterface
interface LoopCall {
    /// Performs the operation. **Thread**: the loop's.
    int run() throws IOException;

    /// Runs an operation on the loop and waits for its result. **Thread**: any but the loop's.
    static int on(EventLoop loop, LoopCall call) throws IOException {
        var done = new CompletableFuture<Integer>();
        loop.post(() -> {
            try {
                done.complete(call.run());
            } catch (IOException | RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        try {
            // Does not return early when interrupted, because the loop still uses the caller's buffer.
            return done.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case RuntimeException failed -> throw failed;
                case Error failed -> throw failed;
                case null, default -> throw e;
            }
        }
    }
}
