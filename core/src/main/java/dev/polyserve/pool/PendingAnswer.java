package dev.polyserve.pool;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The answer that the caller of a request waits for.
///
/// ```
///   waits ─▶ answered, failed      once, by the thread of the connection
///     └────▶ expired               by the caller, which waits no more
/// ```
///
/// **Thread**: its caller waits; the fields are written with the lock of the client.
///
/// @param <M> the type of the messages
final class PendingAnswer<M> {
    private final Thread caller = Thread.currentThread();
    volatile @Nullable M answer;
    volatile @Nullable IOException failure;
    boolean expired;

    boolean isOver() {
        return answer != null || failure != null;
    }

    void wake() {
        LockSupport.unpark(caller);
    }

    /// Waits until it is over, or the other condition is true. A coroutine of an event loop parks, and its loop goes on.
    ///
    /// @return false when the time is over
    /// @throws InterruptedException when the caller is interrupted
    boolean await(long untilNanos, BooleanSupplier other) throws InterruptedException {
        while (!isOver() && !other.getAsBoolean()) {
            long left = untilNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for an answer");
            }
        }
        return true;
    }
}
