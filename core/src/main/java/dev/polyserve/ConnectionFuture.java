package dev.polyserve;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// One accepted connection and how it will end: the future of Python's `executor.submit`, under every model.
///
/// **Thread**: any.
public interface ConnectionFuture extends ConnectionInfo {
    /// Whether it is over.
    boolean isDone();

    /// Whether its handler has begun and is not over.
    boolean isRunning();

    /// How it ended; empty while it has not.
    Optional<Cause> outcome();

    /// Takes it out of the queue if its handler has not begun: it is closed with [Cause.Stopped].
    ///
    /// @return false when it was too late
    boolean cancel();

    /// Ends it now, as the server's stop would: its handler sees [ConnectionException], its cause is [Cause.Stopped].
    void abort();

    /// Waits until it is over.
    ///
    /// @throws TimeoutException when it is not over in time; it goes on
    Cause await(Duration atMost) throws InterruptedException, TimeoutException;

    /// Calls back when it is over, at once if it is already. Callbacks run once each, in the order they were added, on the thread
    /// that ended it; what one throws is logged and does not stop the next.
    void onDone(Consumer<? super ConnectionFuture> callback);
}
