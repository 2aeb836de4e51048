package dev.polyserve.run;

import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import dev.polyserve.ServerStats;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.stats.ServingProcessStats;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// Counts a server's connections, datagrams, rejections, failures, reached limits and stalls. It is the first listener
/// of every server.
///
/// **Thread**: any.
final class ServerCounters implements ServerListener {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder acceptErrors = new LongAdder();
    private final LongAdder datagramsIn = new LongAdder();
    private final LongAdder datagramsOut = new LongAdder();
    private final LongAdder stalls = new LongAdder();
    private final RecentStalls lastStalls = new RecentStalls();
    private final AcceptErrorCounts acceptErrorReasons = new AcceptErrorCounts();
    private final Map<Limit, LongAdder> reached = new EnumMap<>(Limit.class);
    private final Map<Limit, LongAdder> rejectedBy = new EnumMap<>(Limit.class);
    /// Replaced while the server is bound, by one thread.
    private volatile List<ListenerCounters> listeners = List.of();

    ServerCounters() {
        for (Limit limit : Limit.values()) {
            reached.put(limit, new LongAdder());
            rejectedBy.put(limit, new LongAdder());
        }
    }

    /// Counts what comes through another endpoint, too.
    ///
    /// @param overflows what the system tells of its backlog
    void add(Endpoint endpoint, Supplier<OptionalLong> overflows) {
        List<ListenerCounters> more = new ArrayList<>(listeners);
        more.add(new ListenerCounters(endpoint, overflows));
        listeners = List.copyOf(more);
    }

    private Optional<ListenerCounters> at(Endpoint endpoint) {
        for (ListenerCounters listener : listeners) {
            if (listener.endpoint().equals(endpoint)) {
                return Optional.of(listener);
            }
        }
        return Optional.empty();
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
        at(connection.endpoint()).ifPresent(ListenerCounters::accepted);
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        rejected.increment();
        at(connection.endpoint()).ifPresent(ListenerCounters::rejected);
        limit.ifPresent(reason -> increment(rejectedBy, reason));
        if (connection instanceof Conversation conversation) {
            conversation.markRejected();
        }
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
        increment(reached, limit);
    }

    @Override
    public void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {
        acceptErrors.increment();
        acceptErrorReasons.add(error);
    }

    @Override
    public void stalled(String loop, Duration soFar, Optional<ConnectionInfo> connection,
            List<StackTraceElement> stack) {
        stalls.increment();
        lastStalls.add(loop, soFar, connection, stack);
    }

    RecentStalls lastStalls() {
        return lastStalls;
    }

    private static void increment(Map<Limit, LongAdder> counts, Limit limit) {
        LongAdder adder = counts.get(limit);
        if (adder != null) {
            adder.increment();
        }
    }

    private static Map<Limit, Long> nonZero(Map<Limit, LongAdder> adders) {
        Map<Limit, Long> counts = new EnumMap<>(Limit.class);
        adders.forEach((limit, adder) -> {
            long count = adder.sum();
            if (count > 0) {
                counts.put(limit, count);
            }
        });
        return counts;
    }

    /// The counters now, with those that are kept elsewhere.
    ///
    /// @param process what this process counts beside this object
    /// @param workers what its workers count: the bytes of connections are theirs
    ServerStats snapshot(ConnectionTotals connections, ServingProcessStats process, Optional<WorkerTotals> workers) {
        List<ServerStats.ListenerStats> endpoints = new ArrayList<>();
        listeners.forEach(listener -> endpoints.add(listener.snapshot(connections)));
        WorkerTotals others = workers.orElseGet(WorkerTotals::none);
        ServingProcessStats sums = others.sums();
        ServingProcessStats serving = workers.isPresent() ? sums : process;
        return new ServerCountersSnapshot(connections.active(), accepted.sum(), rejected.sum(), nonZero(rejectedBy),
                connections.closed(), connections.durations(), failed.sum(), acceptErrors.sum(),
                acceptErrorReasons.snapshot(), datagramsIn.sum() + sums.datagramsIn(),
                datagramsOut.sum() + sums.datagramsOut(), serving.bytesIn(), serving.bytesOut(),
                process.bufferedBytes() + sums.bufferedBytes(), others.restarts(),
                process.handOffs() + others.handOffs(), stalls.sum(), nonZero(reached),
                process.tls().plus(sums.tls()), endpoints, List.copyOf(process.loops()), others.workers(),
                List.copyOf(serving.upstreams()));
    }
}
