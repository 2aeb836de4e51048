package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import dev.polyserve.ServerStats;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// Counts events. It is the first listener of every server.
///
/// **Thread**: any.
final class ServerCounters implements ServerListener {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder acceptErrors = new LongAdder();
    private final LongAdder datagramsIn = new LongAdder();
    private final LongAdder datagramsOut = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final Map<Limit, LongAdder> reached = new EnumMap<>(Limit.class);

    ServerCounters() {
        for (Limit limit : Limit.values()) {
            reached.put(limit, new LongAdder());
        }
    }

    void datagramIn() {
        datagramsIn.increment();
    }

    void datagramOut() {
        datagramsOut.increment();
    }

    @Override
    public void accepted(ConnectionFuture connection) {
        accepted.increment();
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        rejected.increment();
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        bytesIn.add(connection.bytesIn());
        bytesOut.add(connection.bytesOut());
    }

    @Override
    public void failed(ConnectionInfo connection, Throwable error) {
        failed.increment();
    }

    @Override
    public void datagramFailed(Endpoint endpoint, SocketAddress peer, Throwable error) {
        failed.increment();
    }

    @Override
    public void limitReached(Limit limit) {
        LongAdder adder = reached.get(limit);
        if (adder != null) {
            adder.increment();
        }
    }

    @Override
    public void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {
        acceptErrors.increment();
    }

    ServerStats snapshot(long active, long bufferedBytes, long handOffs, WorkerTotals workers) {
        Map<Limit, Long> counts = new EnumMap<>(Limit.class);
        reached.forEach((limit, adder) -> {
            long count = adder.sum();
            if (count > 0) {
                counts.put(limit, count);
            }
        });
        return new ServerCountersSnapshot(active, accepted.sum(), rejected.sum(), failed.sum(), acceptErrors.sum(),
                datagramsIn.sum() + workers.datagramsIn(), datagramsOut.sum() + workers.datagramsOut(),
                bytesIn.sum(), bytesOut.sum(), bufferedBytes + workers.bufferedBytes(), workers.restarts(),
                handOffs + workers.handOffs(), counts);
    }
}
