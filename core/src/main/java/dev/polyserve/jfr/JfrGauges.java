package dev.polyserve.jfr;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import java.util.stream.Collectors;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/// Writes the gauges of a server into recordings that want them, once a period: a second, unless a recording says otherwise.
///
/// ```
///   start ─▶ listens for the recorder ──it is initialised──▶ periodic ─▶ stop
/// ```
///
/// **Thread**: any; the recorder calls back on its own.
public final class JfrGauges implements FlightRecorderListener {
    private final Server server;
    private final Runnable serverGauges = this::commitServer;
    private final Runnable loopGauges = this::commitLoops;
    private volatile boolean listens;
    private volatile boolean stopped;

    /// The gauges of this server, which are not written yet.
    public JfrGauges(Server server) {
        this.server = server;
    }

    /// Writes them from now on. The recorder's classes take 10 ms to load, so it does that on a thread of its own.
    public void start() {
        Thread.ofPlatform().daemon().name("polyserve-jfr").start(() -> {
            if (!stopped && FlightRecorder.isAvailable()) {
                listens = true;
                FlightRecorder.addListener(this);
                removeIfStopped();
            }
        });
    }

    @Override
    public void recorderInitialized(FlightRecorder recorder) {
        if (!stopped) {
            JfrEvents.prepare();
            FlightRecorder.addPeriodicEvent(ServerGaugesEvent.class, serverGauges);
            FlightRecorder.addPeriodicEvent(LoopGaugesEvent.class, loopGauges);
            removeIfStopped();
        }
    }

    /// Writes no more. A second call has no effect.
    public void stop() {
        stopped = true;
        removeIfStopped();
    }

    private void removeIfStopped() {
        if (stopped && listens) {
            boolean _ = FlightRecorder.removeListener(this);
            if (FlightRecorder.isInitialized()) {
                boolean _ = FlightRecorder.removePeriodicEvent(serverGauges);
                boolean _ = FlightRecorder.removePeriodicEvent(loopGauges);
            }
        }
    }

    private void commitServer() {
        ServerGaugesEvent event = new ServerGaugesEvent();
        if (event.shouldCommit()) {
            ServerStats now = server.stats();
            event.endpoints = server.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(", "));
            event.model = server.model().id();
            event.active = now.active();
            event.accepted = now.accepted();
            event.rejected = now.rejected();
            event.bytesIn = now.bytesIn();
            event.bytesOut = now.bytesOut();
            event.bufferedBytes = now.bufferedBytes();
            event.workers = now.workers().size();
            event.commit();
        }
    }

    private void commitLoops() {
        if (LoopGaugesEvent.isWanted()) {
            for (ServerStats.LoopStats loop : server.stats().loops()) {
                LoopGaugesEvent event = new LoopGaugesEvent();
                event.loop = loop.name();
                event.busyRatio = (float) loop.busyRatio();
                event.turns = loop.lag().count();
                event.busy = loop.busy().toNanos();
                event.handOffs = loop.handOffs();
                event.stalls = loop.stalls();
                event.commit();
            }
        }
    }
}
