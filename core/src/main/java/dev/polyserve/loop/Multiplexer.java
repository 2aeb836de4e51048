package dev.polyserve.loop;

import dev.polyserve.io.Pollable;
import java.io.IOException;

/// Reports to an event loop which sockets are ready. Readiness is effectively level-triggered: unconsumed readiness is
/// reported again, whatever the underlying system does.
///
/// **Thread**: the loop's, except [#wakeup].
public interface Multiplexer extends AutoCloseable {
    /// As [Pollable#READ].
    int READ = Pollable.READ;
    /// As [Pollable#WRITE].
    int WRITE = Pollable.WRITE;

    /// The name used in messages.
    String name();

    /// Starts watching a source.
    ///
    /// @param interest [#READ], [#WRITE], both or neither
    Watch watch(Pollable source, int interest, Ready ready) throws IOException;

    /// Changes the interest. It costs nothing if the interest is the same.
    void change(Watch watch, int interest);

    /// Stops watching. Call it before the source is closed.
    void forget(Watch watch);

    /// Waits until a source is ready, the time has passed, or [#wakeup] is called. Then it calls the [Ready] of each
    /// ready source.
    ///
    /// @param atMostNanos 0: does not block; [Long#MAX_VALUE]: no limit
    void await(long atMostNanos) throws IOException;

    /// Makes the current or next [#await] return. **Thread**: any.
    void wakeup();

    @Override
    void close() throws IOException;

    /// One watched source.
    interface Watch {
        /// Whether the source may be read and written only by the thread of the loop that watches it.
        default boolean confined() {
            return false;
        }

        /// Replaces the callback.
        void tells(Ready other);
    }

    /// The callback for a source that is ready.
    @FunctionalInterface
    interface Ready {
        /// Handles readiness of the source for `readiness`, a subset of the interest. It must not throw.
        void ready(int readiness);
    }
}
