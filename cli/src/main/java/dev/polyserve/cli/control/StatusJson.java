package dev.polyserve.cli.control;

import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import dev.polyserve.WorkerInfo;
import dev.polyserve.cli.text.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Formats the complete status of a server as JSON.
///
/// @param controlled the server
record StatusJson(ControlOperations controlled) {
    String status() {
        Server server = controlled.server();
        ServerStats stats = server.stats();
        Json status = new Json().put("pid", ProcessHandle.current().pid()).put("service", controlled.service())
                .put("model", server.model().id()).put("generation", controlled.generation())
                .put("accepting", server.isAccepting())
                .putAll("endpoints", server.endpoints().stream().map(Endpoint::toString).map(Json::quoted).toList())
                .put("active", stats.active()).put("accepted", stats.accepted()).put("rejected", stats.rejected())
                .put("failed", stats.failed()).put("acceptErrors", stats.acceptErrors())
                .put("bytesIn", stats.bytesIn()).put("bytesOut", stats.bytesOut())
                .put("datagramsIn", stats.datagramsIn()).put("datagramsOut", stats.datagramsOut())
                .put("bufferedBytes", stats.bufferedBytes()).put("limitsReached", limits(stats.reached()))
                .put("banned", server.bans().size())
                .putAll("acceptQueues", queues(server)).put("waitingForThread", ExecutorQueueLength.waiting(server))
                .put("handOffs", stats.handOffs()).put("workerRestarts", stats.workerRestarts())
                .putAll("workers", server.workers().stream().map(StatusJson::worker).toList());
        server.certificateExpires().ifPresent(when -> status.put("certificateExpires", when));
        return status.toString();
    }

    String workers() {
        return "[" + String.join(",", controlled.server().workers().stream().map(StatusJson::worker).toList()) + "]";
    }

    private static Json limits(Map<Limit, Long> reached) {
        Json limits = new Json();
        reached.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(entry -> limits.put(entry.getKey().label(), entry.getValue()));
        return limits;
    }

    private static List<String> queues(Server server) {
        return AcceptQueueLength.of(server.endpoints()).stream()
                .map(queue -> new Json().put("endpoint", queue.endpoint()).put("waiting", queue.waiting()).toString())
                .toList();
    }

    private static String worker(WorkerInfo worker) {
        return new Json().put("number", worker.number()).put("pid", worker.pid())
                .put("state", worker.state().name().toLowerCase(Locale.ROOT)).put("active", worker.active())
                .put("served", worker.served()).put("ageMillis", worker.age().toMillis()).toString();
    }
}
