package dev.polyserve.stats;

import dev.polyserve.Endpoint;
import dev.polyserve.ServerStats;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The figures of one upstream, in one process or in several together.
///
/// @param endpoint where it is
/// @param processes how many processes connect to it
/// @param up in how many of them it is up
/// @param active connections to it now open
/// @param connected connections so far, including those
/// @param failed connects that have failed
/// @param bytesOut bytes sent to it
/// @param bytesIn bytes received from it
public record UpstreamSnapshot(Endpoint endpoint, int processes, int up, long active, long connected, long failed,
        long bytesOut, long bytesIn) implements ServerStats.UpstreamStats {
    /// A copy.
    public static UpstreamSnapshot of(ServerStats.UpstreamStats of) {
        return new UpstreamSnapshot(of.endpoint(), of.processes(), of.up(), of.active(), of.connected(), of.failed(),
                of.bytesOut(), of.bytesIn());
    }

    /// What is left of it when its process has ended: what was counted so far.
    public UpstreamSnapshot afterEnd() {
        return new UpstreamSnapshot(endpoint, 0, 0, 0, connected, failed, bytesOut, bytesIn);
    }

    private UpstreamSnapshot plus(UpstreamSnapshot other) {
        return new UpstreamSnapshot(endpoint, processes + other.processes, up + other.up, active + other.active,
                connected + other.connected, failed + other.failed, bytesOut + other.bytesOut,
                bytesIn + other.bytesIn);
    }

    /// Those of both, each endpoint once.
    public static List<UpstreamSnapshot> together(Collection<UpstreamSnapshot> some,
            Collection<UpstreamSnapshot> others) {
        Map<Endpoint, UpstreamSnapshot> all = new LinkedHashMap<>();
        some.forEach(one -> all.put(one.endpoint, one));
        others.forEach(one -> all.merge(one.endpoint, one, UpstreamSnapshot::plus));
        return List.copyOf(all.values());
    }
}
