package dev.polyserve.metrics;

import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.function.ToLongFunction;

/// The figures of one server as meters of Micrometer: `new ServerMeterBinder(server).bindTo(registry)`. Names begin with
/// `polyserve.`; they are those of [ServerMetrics], in Micrometer's notation.
///
/// **Thread**: any.
@SuppressWarnings("exports") // a program that uses it requires Micrometer by itself
public final class ServerMeterBinder implements MeterBinder {
    private static final String PREFIX = "polyserve.";
    private static final String BYTES = "bytes";

    private final Server server;

    /// Creates the meters of `server`.
    public ServerMeterBinder(Server server) {
        this.server = server;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "connections", "Open connections, including those that wait in a queue.", ServerStats::active);
        counter(registry, "connections.accepted", "Connections accepted.", ServerStats::accepted);
        counter(registry, "connections.rejected", "Connections rejected before a handler began.",
                ServerStats::rejected);
        counter(registry, "datagrams.received", "Datagrams received.", ServerStats::datagramsIn);
        counter(registry, "datagrams.sent", "Datagrams sent.", ServerStats::datagramsOut);
        counter(registry, "accept.errors", "Failed attempts to accept.", ServerStats::acceptErrors);
        counter(registry, "handler.failures", "Handlers that threw.", ServerStats::failed);
        counter(registry, "loop.stalls", "Turns of event loops that took too long.", ServerStats::stalls);
        counter(registry, "loop.handoffs", "Event loops that another thread took over.", ServerStats::handOffs);
        bytes(registry);
        for (ServerStats.RestartReason reason : ServerStats.RestartReason.values()) {
            FunctionCounter
                    .builder(PREFIX + "worker.restarts", server,
                            s -> s.stats().workerRestartsByReason().getOrDefault(reason, 0L))
                    .description("Worker processes started to replace others.").tag("reason", reason.label())
                    .register(registry);
        }
        for (Limit limit : Limit.values()) {
            FunctionCounter.builder(PREFIX + "limits.reached", server, s -> s.stats().reached().getOrDefault(limit, 0L))
                    .description("How often a limit was reached.")
                    .tag("limit", limit.name().toLowerCase(Locale.ROOT)).register(registry);
        }
    }

    private void bytes(MeterRegistry registry) {
        FunctionCounter.builder(PREFIX + "received", server, s -> s.stats().bytesIn()).baseUnit(BYTES)
                .description("Bytes received.").register(registry);
        FunctionCounter.builder(PREFIX + "sent", server, s -> s.stats().bytesOut()).baseUnit(BYTES)
                .description("Bytes sent.").register(registry);
        Gauge.builder(PREFIX + "buffered", server, s -> s.stats().bufferedBytes()).baseUnit(BYTES)
                .description("Bytes that buffers occupy.").register(registry);
    }

    private void counter(MeterRegistry registry, String name, String description, ToLongFunction<ServerStats> figure) {
        FunctionCounter.builder(PREFIX + name, server, s -> figure.applyAsLong(s.stats())).description(description)
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String description, ToLongFunction<ServerStats> figure) {
        Gauge.builder(PREFIX + name, server, s -> figure.applyAsLong(s.stats())).description(description)
                .register(registry);
    }
}
