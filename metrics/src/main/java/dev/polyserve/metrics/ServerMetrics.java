package dev.polyserve.metrics;

import dev.polyserve.ConnectionFuture;
import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import dev.polyserve.ServerStats.CloseReason;
import dev.polyserve.ServerStats.ListenerStats;
import dev.polyserve.ServerStats.LoopStats;
import dev.polyserve.ServerStats.RestartReason;
import dev.polyserve.ServerStats.UpstreamStats;
import dev.polyserve.ServerStats.WorkerStats;
import dev.polyserve.WorkerInfo;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.ToLongFunction;

/// The figures of one server as metrics of Prometheus's Java client: register it with
/// `PrometheusRegistry.defaultRegistry.register(ServerMetrics.of(server))`. Names begin with `polyserve_`.
///
/// The figures of worker processes are in the sums, and those of each process in `polyserve_worker_…`, with its number
/// as a label.
///
/// **Thread**: any.
public final class ServerMetrics implements MultiCollector {
    private static final double NANOS = 1e9;
    private static final String LISTENER = "listener";
    private static final String REASON = "reason";
    private static final String WORKER = "worker";
    private static final String LOOP = "loop";
    private static final String UPSTREAM = "upstream";

    private final Server server;
    private final IntSupplier generation;

    private ServerMetrics(Server server, IntSupplier generation) {
        this.server = server;
        this.generation = generation;
    }

    /// The metrics of `server`.
    public static ServerMetrics of(Server server) {
        return new ServerMetrics(server, () -> 0);
    }

    /// The same with the number of hot restarts before this program.
    public ServerMetrics withGeneration(IntSupplier number) {
        return new ServerMetrics(server, number);
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshotsBuilder families = new MetricSnapshotsBuilder();
        ServerStats stats = server.stats();
        connections(families, stats);
        bytes(families, stats);
        failures(families, stats);
        loops(families, stats);
        workers(families, stats);
        upstreams(families, stats.upstreams());
        families.gauge("accepting", "Whether the server accepts connections.", server.isAccepting() ? 1 : 0);
        families.gauge("generation", "Hot restarts before this program.", generation.getAsInt());
        tls(families, stats.tls());
        return families.snapshots();
    }

    private void connections(MetricSnapshotsBuilder families, ServerStats stats) {
        List<ListenerStats> listeners = stats.listeners();
        families.gauges("connections", "Open connections, including those that wait in a queue.",
                each(listeners, LISTENER, ServerMetrics::endpoint, ListenerStats::active));
        families.counters("connections_accepted", "Connections accepted.",
                each(listeners, LISTENER, ServerMetrics::endpoint, ListenerStats::accepted));
        families.counters("connections_rejected", "Connections rejected before a handler began.", rejected(stats));
        families.counters("connections_closed", "Connections that are over, without those rejected.",
                each(List.of(CloseReason.values()), "cause", reason -> name(reason),
                        reason -> stats.closed().getOrDefault(reason, 0L)));
        families.histograms("connection_duration_seconds", "How long connections were open.",
                Map.of(Labels.EMPTY, stats.connectionDurations()));
        families.gauge("queue_connections", "Accepted connections that wait for a thread.",
                waiting(server.connections()));
        families.counters("listen_overflows", "Attempts to connect that the kernel dropped, as the backlog was full.",
                each(listeners.stream().filter(listener -> listener.overflows().isPresent()).toList(), LISTENER,
                        ServerMetrics::endpoint, listener -> listener.overflows().orElse(0)));
        families.counter("datagrams_received", "Datagrams received.", stats.datagramsIn());
        families.counter("datagrams_sent", "Datagrams sent.", stats.datagramsOut());
    }

    private static int waiting(List<ConnectionFuture> connections) {
        int waiting = 0;
        for (ConnectionFuture open : connections) {
            waiting += open.isRunning() || open.isDone() ? 0 : 1;
        }
        return waiting;
    }

    private static String endpoint(ListenerStats listener) {
        return listener.endpoint().toString();
    }

    private static Map<Labels, Long> rejected(ServerStats stats) {
        Map<Labels, Long> counts = each(List.copyOf(stats.rejectedByLimit().entrySet()), REASON,
                entry -> name(entry.getKey()), Map.Entry::getValue);
        long byLimit = counts.values().stream().mapToLong(Long::longValue).sum();
        counts.put(Labels.of(REASON, "filter"), Math.max(0, stats.rejected() - byLimit));
        return counts;
    }

    private static void bytes(MetricSnapshotsBuilder families, ServerStats stats) {
        families.counter("received_bytes", "Bytes received.", stats.bytesIn());
        families.counter("sent_bytes", "Bytes sent.", stats.bytesOut());
        families.gauge("buffered_bytes", "Bytes that buffers occupy.", stats.bufferedBytes());
    }

    private void failures(MetricSnapshotsBuilder families, ServerStats stats) {
        families.counters("accept_errors", "Failed attempts to accept.",
                each(List.copyOf(stats.acceptErrorsByReason().entrySet()), REASON, Map.Entry::getKey,
                        Map.Entry::getValue));
        families.counter("handler_failures", "Handlers that threw.", stats.failed());
        families.counters("limits_reached", "How often a limit was reached.", limits(stats.reached()));
        families.gauge("banned_addresses", "Addresses that are refused for a while.", server.bans().size());
    }

    private static void loops(MetricSnapshotsBuilder families, ServerStats stats) {
        families.counter("loop_stalls", "Turns of event loops that took too long.", stats.stalls());
        families.counter("loop_handoffs", "Event loops that another thread took over.", stats.handOffs());
        Map<Labels, Double> busy = new LinkedHashMap<>();
        Map<Labels, ServerStats.Histogram> lag = new LinkedHashMap<>();
        for (LoopStats loop : stats.loops()) {
            busy.put(Labels.of(LOOP, loop.name()), loop.busyRatio());
            lag.put(Labels.of(LOOP, loop.name()), loop.lag());
        }
        for (WorkerStats worker : stats.workers()) {
            for (LoopStats loop : worker.loops()) {
                Labels labels = Labels.of(LOOP, loop.name(), WORKER, number(worker));
                busy.put(labels, loop.busyRatio());
                lag.put(labels, loop.lag());
            }
        }
        families.gauges("loop_busy_ratio", "The part of the time that an event loop is busy.", busy);
        families.histograms("loop_lag_seconds", "How long the turns of an event loop took.", lag);
    }

    private void tls(MetricSnapshotsBuilder families, ServerStats.TlsStats tls) {
        if (server.certificateExpires().isEmpty() && tls.handshakes().isEmpty()) {
            return; // it has no tls:// endpoint
        }
        Map<Labels, Long> handshakes = new LinkedHashMap<>();
        tls.handshakes().forEach(handshake -> handshakes.merge(Labels.of("result", name(handshake.result()), "version",
                handshake.version().orElse(""), "resumed", Boolean.toString(handshake.resumed())), handshake.count(),
                Long::sum));
        families.counters("tls_handshakes", "TLS handshakes that are over.", handshakes);
        families.histograms("tls_handshake_seconds", "How long the TLS handshakes that succeeded took.",
                Map.of(Labels.EMPTY, tls.handshakeDurations()));
        server.certificateExpires()
                .ifPresent(when -> families.gauge("tls_certificate_expiry_timestamp_seconds",
                        "When the first certificate expires.", when.getEpochSecond() + when.getNano() / NANOS));
    }

    /// All limits: a counter that appears with its first event has no rate before.
    private static Map<Labels, Long> limits(Map<Limit, Long> reached) {
        return each(List.of(Limit.values()), "limit", ServerMetrics::name, limit -> reached.getOrDefault(limit, 0L));
    }

    private static void workers(MetricSnapshotsBuilder families, ServerStats stats) {
        List<WorkerStats> workers = stats.workers();
        if (workers.isEmpty()) {
            return;
        }
        families.gauges("workers", "Worker processes.", each(List.of(WorkerInfo.State.values()), "state",
                ServerMetrics::name,
                state -> workers.stream().filter(worker -> worker.info().state() == state).count()));
        families.counters("worker_restarts", "Worker processes started to replace others.",
                each(List.of(RestartReason.values()), REASON, ServerMetrics::name,
                        reason -> stats.workerRestartsByReason().getOrDefault(reason, 0L)));
        families.gauges("worker_connections", "Connections, or datagrams, that a worker process serves.",
                each(workers, WORKER, ServerMetrics::number, worker -> worker.info().active()));
        families.counters("worker_served", "Connections, or datagrams, that a worker process has served.",
                each(workers, WORKER, ServerMetrics::number, worker -> worker.info().served()));
        families.counters("worker_received_bytes", "Bytes that a worker process has received.",
                each(workers, WORKER, ServerMetrics::number, WorkerStats::bytesIn));
        families.counters("worker_sent_bytes", "Bytes that a worker process has sent.",
                each(workers, WORKER, ServerMetrics::number, WorkerStats::bytesOut));
        families.gauges("worker_buffered_bytes", "Bytes that buffers occupy in a worker process.",
                each(workers, WORKER, ServerMetrics::number, WorkerStats::bufferedBytes));
    }

    private static void upstreams(MetricSnapshotsBuilder families, List<UpstreamStats> upstreams) {
        families.gauges("upstream_up", "Processes in which an upstream is up.",
                each(upstreams, UPSTREAM, ServerMetrics::endpoint, UpstreamStats::up));
        families.gauges("upstream_processes", "Processes that connect to an upstream.",
                each(upstreams, UPSTREAM, ServerMetrics::endpoint, UpstreamStats::processes));
        families.gauges("upstream_connections", "Open connections to an upstream.",
                each(upstreams, UPSTREAM, ServerMetrics::endpoint, UpstreamStats::active));
        families.counters("upstream_connections_established", "Connections to an upstream so far.",
                each(upstreams, UPSTREAM, ServerMetrics::endpoint, UpstreamStats::connected));
        families.counters("upstream_connect_failures", "Connects to an upstream that failed.",
                each(upstreams, UPSTREAM, ServerMetrics::endpoint, UpstreamStats::failed));
        families.counters("upstream_sent_bytes", "Bytes sent to an upstream.",
                each(upstreams, UPSTREAM, ServerMetrics::endpoint, UpstreamStats::bytesOut));
        families.counters("upstream_received_bytes", "Bytes received from an upstream.",
                each(upstreams, UPSTREAM, ServerMetrics::endpoint, UpstreamStats::bytesIn));
    }

    private static String endpoint(UpstreamStats upstream) {
        return upstream.endpoint().toString();
    }

    private static String number(WorkerStats worker) {
        return Integer.toString(worker.info().number());
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /// A figure of each, by one label.
    private static <T> Map<Labels, Long> each(List<T> all, String label, Function<T, String> name,
            ToLongFunction<T> figure) {
        Map<Labels, Long> figures = new LinkedHashMap<>();
        all.forEach(one -> figures.merge(Labels.of(label, name.apply(one)), figure.applyAsLong(one), Long::sum));
        return figures;
    }
}
