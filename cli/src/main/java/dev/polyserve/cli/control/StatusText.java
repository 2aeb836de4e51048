package dev.polyserve.cli.control;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import dev.polyserve.WorkerInfo;
import dev.polyserve.admin.AdministeredServer;
import dev.polyserve.admin.status.AcceptQueueLength;
import dev.polyserve.admin.status.ThreadPoolQueueGauge;
import dev.polyserve.cli.text.LabelledCounts;
import dev.polyserve.cli.text.TerminalTable;
import dev.polyserve.cli.text.Units;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Formats the status of a server as a text.
///
/// @param controlled the server
record StatusText(AdministeredServer controlled) {
    String lines() {
        Server server = controlled.server();
        ServerStats stats = server.stats();
        TerminalTable table = new TerminalTable(List.of("WHAT", ""), List.of(12, 90));
        table.row(List.of("serving", controlled.service() + " with " + server.model().id()
                + (server.isAccepting() ? "" : ", not accepting") + " (pid " + ProcessHandle.current().pid()
                + ", generation " + controlled.generation() + ")"));
        table.row(List.of("on", server.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(", "))));
        table.row(List.of("connections", stats.active() + " open, " + stats.accepted() + " accepted, "
                + stats.rejected() + " rejected, " + stats.failed() + " failed, " + stats.acceptErrors()
                + " accept errors"));
        table.row(List.of("waiting", waiting(server)));
        table.row(List.of("bytes", "in " + stats.bytesIn() + ", out " + stats.bytesOut() + ","
                + " buffered " + stats.bufferedBytes()));
        table.row(List.of("datagrams", "in " + stats.datagramsIn() + ", out " + stats.datagramsOut()));
        server.certificateExpires()
                .ifPresent(when -> table.row(List.of("certificate", "expires at " + when + left(when))));
        table.row(List.of("hand-offs", stats.handOffs() + " of event loops"));
        table.row(List.of("limits", stats.reached().isEmpty()
                ? "none reached"
                : stats.reached().entrySet().stream().sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey().label() + " reached " + entry.getValue() + " times")
                        .collect(Collectors.joining(", "))));
        table.row(List.of("banned", server.bans().size() + " addresses"));
        List<WorkerInfo> workers = server.workers();
        if (!workers.isEmpty()) {
            table.row(List.of("workers", workers.size() + ", restarted "
                    + LabelledCounts.restarts(stats.workerRestarts(),
                            LabelledCounts.text(stats.workerRestartsByReason(), ServerStats.RestartReason::label))));
        }
        List<String> lines = new ArrayList<>(table.lines());
        return String.join("\n", lines.subList(1, lines.size()))
                + (stats.upstreams().isEmpty() ? "" : "\n\n" + of(stats.upstreams()))
                + (workers.isEmpty() ? "" : "\n\n" + workers());
    }

    private static String of(List<ServerStats.UpstreamStats> upstreams) {
        TerminalTable table = new TerminalTable(
                List.of("UPSTREAM", "STATE", "OPEN", "CONNECTED", "FAILED", "BYTES OUT", "BYTES IN"),
                List.of(40, 12, 8, 10, 8, 14, 14));
        upstreams.forEach(
                each -> table.row(List.of(each.endpoint().toString(), each.state(), Long.toString(each.active()),
                        Long.toString(each.connected()), Long.toString(each.failed()), Long.toString(each.bytesOut()),
                        Long.toString(each.bytesIn()))));
        return String.join("\n", table.lines());
    }

    private static String left(Instant when) {
        Duration left = Duration.between(Instant.now(), when);
        return left.isNegative() ? ": it has expired" : ", in " + left.toDays() + " days";
    }

    private static String waiting(Server server) {
        List<AcceptQueueLength> queues = AcceptQueueLength.of(server.endpoints());
        String inKernel = queues.isEmpty()
                ? "unknown"
                : queues.stream().map(queue -> queue.waiting() + " to be accepted on " + queue.endpoint())
                        .collect(Collectors.joining(", "));
        return inKernel + ", " + ThreadPoolQueueGauge.waiting(server) + " for a thread";
    }

    String workers() {
        List<WorkerInfo> workers = controlled.server().workers();
        if (workers.isEmpty()) {
            return "the model " + controlled.server().model().id() + " has no workers";
        }
        TerminalTable table = new TerminalTable(List.of("WORKER", "PID", "STATE", "SERVES", "SERVED", "AGE"),
                List.of(6, 8, 8, 8, 10, 10));
        workers.forEach(worker -> table.row(List.of(Integer.toString(worker.number()), Long.toString(worker.pid()),
                worker.state().name().toLowerCase(Locale.ROOT), Long.toString(worker.active()),
                Long.toString(worker.served()), Units.shown(worker.age()))));
        return String.join("\n", table.lines());
    }
}
