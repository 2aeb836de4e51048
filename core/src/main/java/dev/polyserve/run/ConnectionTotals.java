package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.ServerStats.CloseReason;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.stats.HistogramSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The totals of all connections of a server, open and closed: by endpoint and reason, with durations and bytes.
///
/// @param open how many are open, by the endpoint through which they came
/// @param closed those that are over, by the reason
/// @param durations how long they were open
/// @param bytesIn the bytes received
/// @param bytesOut the bytes sent
record ConnectionTotals(Map<Endpoint, Long> open, Map<CloseReason, Long> closed, HistogramSnapshot durations,
        long bytesIn, long bytesOut) {
    /// The figures with those of open connections.
    ConnectionTotals with(List<Conversation> open) {
        Map<Endpoint, Long> perEndpoint = new HashMap<>();
        long in = bytesIn;
        long out = bytesOut;
        for (Conversation conversation : open) {
            perEndpoint.merge(conversation.endpoint(), 1L, Long::sum);
            in += conversation.bytesIn();
            out += conversation.bytesOut();
        }
        return new ConnectionTotals(perEndpoint, closed, durations, in, out);
    }

    /// The number of open connections.
    long active() {
        return open.values().stream().mapToLong(Long::longValue).sum();
    }
}
