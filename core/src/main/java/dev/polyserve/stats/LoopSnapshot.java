package dev.polyserve.stats;

import dev.polyserve.ServerStats;
import java.time.Duration;

/// The load and the counters of an event loop at one moment.
///
/// @param name its name
/// @param lag how long its turns took
/// @param busyRatio the part of the time that its turns take
/// @param stalls its turns that took too long
/// @param handOffs how often another thread has taken it over, or has run a handler's code beside it
public record LoopSnapshot(String name, HistogramSnapshot lag, double busyRatio, long stalls, long handOffs)
        implements
            ServerStats.LoopStats {
    @Override
    public Duration busy() {
        return lag.sum();
    }
}
