package dev.polyserve;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// One accepted connection and its outcome: the counterpart of the future of Python's `executor.submit`, under every
/// model.
///
/// **Thread**: any.
public interface ConnectionFuture extends ConnectionInfo {
    /// Whether it is over.
    boolean isDone();

    /// Whether its handler has begun and not ended.
    boolean isRunning();

    /// How it ended; empty while it is not over.
    Optional<Cause> outcome();

    /// Removes it from the queue if its handler has not begun: it is closed with [Cause.Stopped].
    ///
    /// @return false when the handler has begun or the connection is over
    boolean cancel();

    /// Ends it now, as the server's stop does: its handler gets [ConnectionException], its cause is [Cause.Stopped].
    void abort();

    /// Waits until it is over.
    ///
    /// @throws TimeoutException when it is not over in time; it continues
    Cause await(Duration atMost) throws InterruptedException, TimeoutException;

    /// Adds a callback for its end; if it is over already, the callback runs at once. Callbacks run once each, in the
    /// order they were added, on the thread that ended the connection. An exception of one is logged and does not stop
    /// the next.
    void onDone(Consumer<? super ConnectionFuture> callback);
}
