package dev.polyserve.loop;

import dev.polyserve.conversation.NanoClock;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/// Asking again and again before waiting: a thread that waits must be woken, which takes longer than many a request.
///
/// **Thread**: the loop's.
final class BusyPoll {
    private final Multiplexer multiplexer;
    private final NanoClock clock;
    private final long mostNanos;
    private final BooleanSupplier hasWork;

    /// @param mostNanos how long at a time; 0: not at all
    /// @param hasWork whether the loop has something to do
    BusyPoll(Multiplexer multiplexer, NanoClock clock, long mostNanos, BooleanSupplier hasWork) {
        this.multiplexer = multiplexer;
        this.clock = clock;
        this.mostNanos = mostNanos;
        this.hasWork = hasWork;
    }

    /// Asks.
    ///
    /// @param atMostNanos how long the loop would wait
    /// @return whether there is something to do, or that time is over
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
