package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.ServerStats.CloseReason;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.stats.HistogramBuckets;
import dev.polyserve.stats.DurationHistogram;
import java.util.EnumMap;
import java.util.Map;

/// Counts the connections that are over, and their bytes.
///
/// **Thread**: one at a time: [LiveConnections] guards it.
@SuppressWarnings("EnumOrdinal") // the index of an array that nothing else sees: a map would take memory
final class EndedConnectionCounters {
    private final long[] byReason = new long[CloseReason.values().length];
    private final DurationHistogram durations = new DurationHistogram(HistogramBuckets.CONNECTIONS);
    private long bytesIn;
    private long bytesOut;

    EndedConnectionCounters() {
        // Links the switch, which takes memory: later there may be none.
        CloseReason _ = CloseReason.of(new Cause.Stopped());
    }

    /// Counts a connection. It takes no memory.
    void add(Conversation over) {
        bytesIn += over.bytesIn();
        bytesOut += over.bytesOut();
        Cause cause = over.cause();
        if (!over.wasRejected() && cause != null) {
            byReason[CloseReason.of(cause).ordinal()]++;
            durations.add(over.livedNanos());
        }
    }

    /// How many there are of each reason that has occurred.
    private Map<CloseReason, Long> reasons() {
        Map<CloseReason, Long> reasons = new EnumMap<>(CloseReason.class);
        for (CloseReason reason : CloseReason.values()) {
            if (byReason[reason.ordinal()] > 0) {
                reasons.put(reason, byReason[reason.ordinal()]);
            }
        }
        return reasons;
    }

    /// The counts now.
    ConnectionTotals figures() {
        return new ConnectionTotals(Map.of(), reasons(), durations.snapshot(), bytesIn, bytesOut);
    }
}
