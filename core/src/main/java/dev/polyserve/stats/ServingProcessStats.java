package dev.polyserve.stats;

import dev.polyserve.ServerStats;
import java.util.List;

/// The statistics of one process that serves, which a worker reports to its supervisor: bytes, datagrams, buffers,
/// loops, TLS, upstreams.
///
/// @param bytesIn the bytes received on connections
/// @param bytesOut the bytes sent on connections
/// @param bufferedBytes the bytes that buffers occupy
/// @param datagramsIn the datagrams received
/// @param datagramsOut the datagrams sent
/// @param loops its event loops
/// @param tls its handshakes of TLS
/// @param upstreams the servers that it connects to
public record ServingProcessStats(long bytesIn, long bytesOut, long bufferedBytes, long datagramsIn, long datagramsOut,
        List<LoopSnapshot> loops, TlsSnapshot tls, List<UpstreamSnapshot> upstreams) {
    /// Copies the lists.
    public ServingProcessStats {
        loops = List.copyOf(loops);
        upstreams = List.copyOf(upstreams);
    }

    /// Those of a process that has served nothing.
    public static ServingProcessStats none() {
        return new ServingProcessStats(0, 0, 0, 0, 0, List.of(), TlsSnapshot.none(), List.of());
    }

    /// Those of this process, which has no workers.
    public static ServingProcessStats of(ServerStats stats) {
        return new ServingProcessStats(stats.bytesIn(), stats.bytesOut(), stats.bufferedBytes(), stats.datagramsIn(),
                stats.datagramsOut(), stats.loops().stream().map(LoopSnapshot.class::cast).toList(),
                (TlsSnapshot) stats.tls(), stats.upstreams().stream().map(UpstreamSnapshot::of).toList());
    }

    /// How often another thread has taken over one of its loops, or has run a handler's code beside it.
    public long handOffs() {
        return loops.stream().mapToLong(LoopSnapshot::handOffs).sum();
    }

    /// The same without the upstreams that no process connects to any more.
    public ServingProcessStats withUpstreamsInUse() {
        return new ServingProcessStats(bytesIn, bytesOut, bufferedBytes, datagramsIn, datagramsOut, loops, tls,
                upstreams.stream().filter(upstream -> upstream.processes() > 0).toList());
    }

    /// The same with at least so many bytes.
    public ServingProcessStats withBytesAtLeast(long in, long out) {
        return new ServingProcessStats(Math.max(bytesIn, in), Math.max(bytesOut, out), bufferedBytes, datagramsIn,
                datagramsOut, loops, tls, upstreams);
    }
}
