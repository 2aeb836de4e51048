package dev.polyserve.bench.load;

import java.io.IOException;

/// One client, or several that belong together.
///
/// **Thread**: its loop's, once it is attached. What goes wrong it tells [LoadLoop#fail].
interface LoadClient extends AutoCloseable {
    /// Begins to be watched by its loop.
    void attach(LoadLoop itsLoop) throws IOException;

    /// Sends one more request, or notes that it must be sent. [#flush] follows.
    void request(long intendedNanos);

    /// Sends what [#request] noted, as far as the system takes it.
    void flush();

    /// Notes the requests that nobody will wait for any longer.
    void giveUp(LatencyRecorder recorder, long nowNanos);

    /// Whether a request of it is not answered yet.
    default boolean waits() {
        return false;
    }

    /// Something to do now and then: it is called about 20 times a second while requests are under way.
    default void tick(long nowNanos) {}

    /// Ends it. It is no longer watched.
    @Override
    void close() throws IOException;
}
