package dev.polyserve.admin.status;

import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import dev.polyserve.WorkerInfo;
import dev.polyserve.text.JsonObjectWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.concurrent.TimeUnit;

/// The complete status of a server, as JSON.
///
/// **Thread**: any.
///
/// @param server the server
/// @param service what it serves; empty: unknown
/// @param generation the number of hot restarts before this program
public record ServerStatus(Server server, String service, int generation) {
    /// The figures now, in the order of the JSON object: numbers, booleans, texts, lists and maps of these.
    public SequencedMap<String, Object> figures() {
        ServerStats stats = server.stats();
        SequencedMap<String, Object> figures = new LinkedHashMap<>();
        figures.put("pid", ProcessHandle.current().pid());
        figures.put("service", service);
        figures.put("model", server.model().id());
        figures.put("generation", generation);
        figures.put("accepting", server.isAccepting());
        figures.put("endpoints", server.endpoints().stream().map(Endpoint::toString).toList());
        traffic(figures, stats);
        figures.put("limitsReached", limits(stats.reached()));
        figures.put("banned", server.bans().size());
        figures.put("acceptQueues", AcceptQueueLength.of(server.endpoints()).stream()
                .map(queue -> members("endpoint", queue.endpoint(), "waiting", queue.waiting())).toList());
        figures.put("waitingForThread", ThreadPoolQueueGauge.waiting(server));
        figures.put("stalls", stats.stalls());
        figures.put("handOffs", stats.handOffs());
        figures.put("listeners", stats.listeners().stream().map(ServerStatus::listener).toList());
        figures.put("lagBoundsMicros", stats.loops().stream().findFirst()
                .map(loop -> loop.lag().bounds().stream().map(ServerStatus::micros).toList()).orElse(List.of()));
        figures.put("loops", loops(stats));
        figures.put("handshakes", stats.tls().handshakes().stream().map(ServerStatus::handshakes).toList());
        figures.put("lastStalls", server.stalls().stream().map(ServerStatus::stall).toList());
        figures.put("workerRestarts", stats.workerRestarts());
        figures.put("workerRestartsByReason",
                byLabel(stats.workerRestartsByReason(), ServerStats.RestartReason::label));
        figures.put("workers", workers(stats));
        if (!stats.upstreams().isEmpty()) {
            figures.put("upstreams", stats.upstreams().stream().map(ServerStatus::upstream).toList());
        }
        server.certificateExpires().ifPresent(when -> figures.put("certificateExpires", when.toString()));
        return figures;
    }

    /// The worker processes: their numbers, process ids, states and figures.
    public List<Map<String, Object>> workers() {
        return workers(server.stats());
    }

    private static List<Map<String, Object>> workers(ServerStats stats) {
        return stats.workers().stream().map(ServerStatus::worker).toList();
    }

    /// The status as one JSON object on one line.
    public String json() {
        return JsonObjectWriter.of(figures());
    }

    private static void traffic(Map<String, Object> figures, ServerStats stats) {
        figures.put("active", stats.active());
        figures.put("accepted", stats.accepted());
        figures.put("rejected", stats.rejected());
        figures.put("closed", byLabel(stats.closed(), ServerStats.CloseReason::label));
        figures.put("failed", stats.failed());
        figures.put("acceptErrors", stats.acceptErrors());
        figures.put("bytesIn", stats.bytesIn());
        figures.put("bytesOut", stats.bytesOut());
        figures.put("datagramsIn", stats.datagramsIn());
        figures.put("datagramsOut", stats.datagramsOut());
        figures.put("bufferedBytes", stats.bufferedBytes());
    }

    /// Counts by the labels of their reasons, in the order of these.
    private static <R extends Enum<R>> Map<String, Object> byLabel(Map<R, Long> counts, Function<R, String> label) {
        Map<String, Object> labelled = new LinkedHashMap<>();
        new TreeMap<>(counts).forEach((reason, count) -> labelled.put(label.apply(reason), count));
        return labelled;
    }

    private static Map<String, Object> listener(ServerStats.ListenerStats listener) {
        Map<String, Object> members = members("endpoint", listener.endpoint(), "active", listener.active(), "accepted",
                listener.accepted(), "rejected", listener.rejected());
        listener.overflows().ifPresent(count -> members.put("overflows", count));
        return members;
    }

    /// The loops of this process, and those of its workers.
    private static List<Map<String, Object>> loops(ServerStats stats) {
        List<Map<String, Object>> loops = new ArrayList<>();
        stats.loops().forEach(loop -> loops.add(loop(loop)));
        for (ServerStats.WorkerStats worker : stats.workers()) {
            for (ServerStats.LoopStats loop : worker.loops()) {
                Map<String, Object> members = loop(loop);
                members.put("worker", worker.info().number());
                loops.add(members);
            }
        }
        return loops;
    }

    private static Map<String, Object> loop(ServerStats.LoopStats loop) {
        return members("name", loop.name(), "busyRatio", loop.busyRatio(), "turns", loop.lag().count(), "lagCounts",
                loop.lag().counts(), "stalls", loop.stalls(), "handOffs", loop.handOffs());
    }

    private static Map<String, Object> handshakes(ServerStats.Handshakes handshakes) {
        Map<String, Object> members = members("result", handshakes.result().name().toLowerCase(Locale.ROOT),
                "resumed", handshakes.resumed(), "count", handshakes.count());
        handshakes.version().ifPresent(version -> members.put("version", version));
        return members;
    }

    private static Map<String, Object> stall(Server.Stall stall) {
        Map<String, Object> members = members("at", stall.at(), "loop", stall.loop(), "millis",
                stall.soFar().toMillis(), "stack", stall.stack().stream().map(StackTraceElement::toString).toList());
        stall.connection().ifPresent(id -> members.put("connection", id));
        return members;
    }

    private static long micros(Duration time) {
        return TimeUnit.MICROSECONDS.convert(time);
    }

    private static Map<String, Object> limits(Map<Limit, Long> reached) {
        Map<String, Object> limits = new LinkedHashMap<>();
        new TreeMap<>(reached).forEach((limit, count) -> limits.put(limit.label(), count));
        return limits;
    }

    private static Map<String, Object> worker(ServerStats.WorkerStats worker) {
        WorkerInfo info = worker.info();
        return members("number", info.number(), "pid", info.pid(), "state",
                info.state().name().toLowerCase(Locale.ROOT), "active", info.active(), "served", info.served(),
                "ageMillis", info.age().toMillis(), "bytesIn", worker.bytesIn(), "bytesOut", worker.bytesOut(),
                "bufferedBytes", worker.bufferedBytes());
    }

    private static Map<String, Object> upstream(ServerStats.UpstreamStats upstream) {
        return members("endpoint", upstream.endpoint(), "state", upstream.state(), "active", upstream.active(),
                "connected", upstream.connected(), "failed", upstream.failed(), "bytesOut", upstream.bytesOut(),
                "bytesIn", upstream.bytesIn(), "processes", upstream.processes(), "up", upstream.up());
    }

    private static Map<String, Object> members(Object... namesAndValues) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
        }
        return members;
    }
}
