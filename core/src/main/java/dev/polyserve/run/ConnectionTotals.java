package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.ServerStats.CloseReason;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.stats.HistogramSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
        int next = 0;
        while (next < open.size()) {
            // Those of one endpoint mostly follow each other: a look-up for each would take most of the time.
            Endpoint endpoint = open.get(next).endpoint();
            int first = next;
            while (next < open.size() && Objects.equals(open.get(next).endpoint(), endpoint)) {
                in += open.get(next).bytesIn();
                out += open.get(next).bytesOut();
                next++;
            }
            perEndpoint.merge(endpoint, (long) next - first, Long::sum);
        }
        return new ConnectionTotals(perEndpoint, closed, durations, in, out);
    }

    /// The number of open connections.
    long active() {
        return open.values().stream().mapToLong(Long::longValue).sum();
    }
}
