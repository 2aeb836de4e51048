package dev.polyserve.loop;

import dev.polyserve.io.Source;
import java.io.IOException;

/// What tells an event loop which sockets are ready. Readiness is level-triggered in effect: what was not used up is told
/// again, however the system below puts it.
///
/// **Thread**: the loop's, except [#wakeup].
public interface Multiplexer extends AutoCloseable {
    /// Interest in, or readiness for, reading and accepting. A peer's end or reset makes ready for whatever is of interest.
    int READ = 1;
    /// Interest in, or readiness for, writing.
    int WRITE = 2;

    /// Its name in messages.
    String name();

    /// Begins to watch a source.
    ///
    /// @param interest [#READ], [#WRITE], both or neither
    Watch watch(Source source, int interest, Ready ready) throws IOException;

    /// Changes the interest; costs nothing when it is the same.
    void change(Watch watch, int interest);

    /// Ends watching; before the source is closed.
    void forget(Watch watch);

    /// Waits until something is ready, the time has passed, or [#wakeup]; then calls each [Ready] that is.
    ///
    /// @param atMostNanos 0: does not wait; [Long#MAX_VALUE]: without limit
    void await(long atMostNanos) throws IOException;

    /// Makes the present or next [#await] return. **Thread**: any.
    void wakeup();

    @Override
    void close() throws IOException;

    /// One watched source.
    interface Watch {}

    /// Who is told.
    @FunctionalInterface
    interface Ready {
        /// The source is ready for `readiness`, a part of the interest. It must not throw.
        void ready(int readiness);
    }
}
