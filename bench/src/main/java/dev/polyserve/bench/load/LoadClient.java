package dev.polyserve.bench.load;

import java.io.IOException;

/// A client, or several that belong together.
///
/// **Thread**: its loop's, once attached. It reports failures to [LoadLoop#fail].
interface LoadClient extends AutoCloseable {
    /// Registers the client's sockets with its loop.
    void attach(LoadLoop owner) throws IOException;

    /// Sends one more request, or queues it; [#flush] follows.
    void request(long intendedNanos);

    /// Sends the queued requests, as far as the kernel accepts them.
    void flush();

    /// Records the requests that are given up.
    void giveUp(LatencyRecorder recorder, long nowNanos);

    /// True while a request has no reply.
    default boolean hasOutstanding() {
        return false;
    }

    /// Called about 20 times a second while requests are outstanding.
    default void tick(long nowNanos) {}

    /// Closes the client's sockets; the loop no longer watches them.
    @Override
    void close() throws IOException;
}
