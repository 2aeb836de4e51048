package dev.polyserve.metrics;

import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import dev.polyserve.WorkerInfo;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
        MetricFamilies families = new MetricFamilies();
        ServerStats stats = server.stats();
        connections(families, stats);
        bytes(families, stats);
        failures(families, stats);
        workers(families, stats);
        families.gauge("accepting", "Whether the server accepts connections.", server.isAccepting() ? 1 : 0);
        families.gauge("generation", "Hot restarts before this program.", generation.getAsInt());
        server.certificateExpires()
                .ifPresent(when -> families.gauge("tls_certificate_expiry_timestamp_seconds",
                        "When the first certificate expires.", when.getEpochSecond() + when.getNano() / NANOS));
        return families.snapshots();
    }

    private static void connections(MetricFamilies families, ServerStats stats) {
        families.gauge("connections", "Open connections, including those that wait in a queue.", stats.active());
        families.counter("connections_accepted", "Connections accepted.", stats.accepted());
        families.counter("connections_rejected", "Connections rejected before a handler began.", stats.rejected());
        families.counter("datagrams_received", "Datagrams received.", stats.datagramsIn());
        families.counter("datagrams_sent", "Datagrams sent.", stats.datagramsOut());
    }

    private static void bytes(MetricFamilies families, ServerStats stats) {
        families.counter("received_bytes", "Bytes received.", stats.bytesIn());
        families.counter("sent_bytes", "Bytes sent.", stats.bytesOut());
        families.gauge("buffered_bytes", "Bytes that buffers occupy.", stats.bufferedBytes());
    }

    private void failures(MetricFamilies families, ServerStats stats) {
        families.counter("accept_errors", "Failed attempts to accept.", stats.acceptErrors());
        families.counter("handler_failures", "Handlers that threw.", stats.failed());
        families.counter("loop_handoffs", "Event loops that another thread took over.", stats.handOffs());
        families.counters("limits_reached", "How often a limit was reached.", limits(stats.reached()));
        families.gauge("banned_addresses", "Addresses that are refused for a while.", server.bans().size());
    }

    /// All limits: a counter that appears with its first event has no rate before.
    private static Map<Labels, Long> limits(Map<Limit, Long> reached) {
        Map<Labels, Long> counts = new LinkedHashMap<>();
        for (Limit limit : Limit.values()) {
            counts.put(Labels.of("limit", limit.name().toLowerCase(Locale.ROOT)), reached.getOrDefault(limit, 0L));
        }
        return counts;
    }

    private void workers(MetricFamilies families, ServerStats stats) {
        List<WorkerInfo> workers = server.workers();
        if (workers.isEmpty()) {
            return;
        }
        Map<WorkerInfo.State, Long> states = new EnumMap<>(WorkerInfo.State.class);
        for (WorkerInfo.State state : WorkerInfo.State.values()) {
            states.put(state, workers.stream().filter(worker -> worker.state() == state).count());
        }
        Map<Labels, Long> byState = new LinkedHashMap<>();
        states.forEach((state, count) -> byState.put(Labels.of("state", state.name().toLowerCase(Locale.ROOT)), count));
        families.gauges("workers", "Worker processes.", byState);
        families.counter("worker_restarts", "Worker processes started to replace others that ended unexpectedly.",
                stats.workerRestarts());
        families.gauges("worker_connections", "Connections, or datagrams, that a worker process serves.",
                each(workers, WorkerInfo::active));
        families.counters("worker_served", "Connections, or datagrams, that a worker process has served.",
                each(workers, WorkerInfo::served));
    }

    private static Map<Labels, Long> each(List<WorkerInfo> workers, ToLongFunction<WorkerInfo> figure) {
        Map<Labels, Long> figures = new LinkedHashMap<>();
        workers.forEach(worker -> figures.put(Labels.of("worker", Integer.toString(worker.number())),
                figure.applyAsLong(worker)));
        return figures;
    }
}
