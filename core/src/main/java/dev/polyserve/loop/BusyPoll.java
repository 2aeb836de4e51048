package dev.polyserve.loop;

import dev.polyserve.conversation.NanoClock;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/// Polls the multiplexer without blocking before the loop blocks. Waking a blocked thread takes longer than many
/// requests do.
///
/// **Thread**: the loop's.
final class BusyPoll {
    private final Multiplexer multiplexer;
    private final NanoClock clock;
    private final long mostNanos;
    private final BooleanSupplier hasWork;

    /// @param mostNanos the longest time of one polling phase; 0 disables polling
    /// @param hasWork whether the loop has work to do
    BusyPoll(Multiplexer multiplexer, NanoClock clock, long mostNanos, BooleanSupplier hasWork) {
        this.multiplexer = multiplexer;
        this.clock = clock;
        this.mostNanos = mostNanos;
        this.hasWork = hasWork;
    }

    /// Polls until there is work or the time is over.
    ///
    /// @param atMostNanos how long the loop would block
    /// @return whether there is work, or the whole of that time has passed
    boolean endsWithWork(long atMostNanos) throws IOException {
        if (mostNanos == 0) {
            return false;
        }
        long began = clock.nanos();
        long nanos = Math.min(mostNanos, atMostNanos);
        do {
            multiplexer.await(0);
            if (hasWork.getAsBoolean()) {
                return true;
            }
            Thread.onSpinWait();
        } while (clock.nanos() - began < nanos);
        return atMostNanos <= mostNanos;
    }
}
