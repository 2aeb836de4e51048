package dev.polyserve.cli;

import dev.polyserve.ConnectionFuture;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.text.PrintableAddress;
import dev.polyserve.cli.text.LabelledCounts;
import dev.polyserve.cli.text.Units;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// Writes the status for USR1: counters, limits that were reached, and open connections.
final class StatusDump {
    private static final int MOST_CONNECTIONS = 20;

    private StatusDump() {}

    static void write(ConsoleLog log, String service, Server server) {
        ServerStats stats = server.stats();
        String endpoints = server.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(", "));
        log.answer("status: serving " + service + " on " + endpoints + " with " + server.model().id()
                + (server.isAccepting() ? "" : ", not accepting"), "event", "status", "service", service,
                "endpoints", endpoints, "model", server.model().id(), "accepting", server.isAccepting());
        log.answer("status: connections " + stats.active() + " open, " + stats.accepted() + " accepted, "
                + stats.rejected() + " rejected, " + stats.failed() + " failed, " + stats.acceptErrors()
                + " accept errors; in " + stats.bytesIn() + " B, out " + stats.bytesOut()
                + " B; datagrams in "
                + stats.datagramsIn() + ", out " + stats.datagramsOut() + "; buffered " + stats.bufferedBytes() + " B",
                "event", "status", "active", stats.active(), "accepted", stats.accepted(), "rejected", stats.rejected(),
                "failed", stats.failed(), "acceptErrors", stats.acceptErrors(), "bytesIn", stats.bytesIn(),
                "bytesOut", stats.bytesOut(), "datagramsIn", stats.datagramsIn(), "datagramsOut", stats.datagramsOut(),
                "bufferedBytes", stats.bufferedBytes());
        server.certificateExpires().ifPresent(when -> log.answer("status: the certificate expires at " + when, "event",
                "status", "certificateExpires", when));
        String limits = stats.reached().isEmpty() ? "none" : LabelledCounts.text(stats.reached(), Limit::label);
        log.answer("status: limits reached: " + limits, "event", "status", "limitsReached", limits);
        int banned = server.bans().size();
        log.answer("status: banned addresses: " + banned, "event", "status", "banned", banned);
        stats.upstreams().forEach(each -> log.answer("status: upstream " + each.endpoint() + " is " + each.state()
                + "; connections " + each.active() + " open, " + each.connected() + " connected, " + each.failed()
                + " failed; out " + each.bytesOut() + " B, in " + each.bytesIn() + " B", "event", "status", "upstream",
                each.endpoint(), "state", each.state(), "active", each.active(), "connected", each.connected(),
                "failed",
                each.failed(), "bytesOut", each.bytesOut(), "bytesIn", each.bytesIn()));
        connections(log, server.connections());
    }

    private static void connections(ConsoleLog log, List<ConnectionFuture> connections) {
        connections.stream().sorted(Comparator.comparingLong(ConnectionFuture::id)).limit(MOST_CONNECTIONS)
                .forEach(open -> log.answer("status: #" + open.id() + " " + PrintableAddress.shown(open.peer()) + " on "
                        + open.endpoint() + (open.isRunning() ? "" : ", waiting") + ", in " + open.bytesIn()
                        + " B, out "
                        + open.bytesOut() + " B, open for " + Units.shown(open.age()), "event", "status",
                        "connection", open.id(), "peer", PrintableAddress.shown(open.peer()), "endpoint",
                        open.endpoint(),
                        "bytesIn", open.bytesIn(), "bytesOut", open.bytesOut(), "millis", open.age().toMillis()));
        if (connections.size() > MOST_CONNECTIONS) {
            log.answer("status: and " + (connections.size() - MOST_CONNECTIONS) + " more connections");
        }
    }
}
