package dev.polyserve.bench;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.ContenderException;
import dev.polyserve.bench.contender.ContenderLauncher;
import dev.polyserve.bench.contender.RunningContender;
import dev.polyserve.bench.load.LoadGenerator;
import dev.polyserve.bench.load.MeasurementException;
import dev.polyserve.bench.load.RequestPacing;
import dev.polyserve.bench.load.LoadProfile;
import java.time.Duration;
import java.util.OptionalLong;

/// Starts the contenders of one workload and connects their clients.
///
/// **Thread**: the benchmark's.
final class ContenderStarter {
    private static final int FEW_CONNECTIONS = 10;
    private static final int SPARE_DESCRIPTORS = 100;

    private final BenchPlan plan;
    private final Workload workload;
    private final ContenderLauncher launcher;
    private final Generator generator;
    private final LoadProfile traffic;

    /// @param traffic what the clients of the workload send
    ContenderStarter(BenchPlan plan, Workload workload, ContenderLauncher launcher, Generator generator,
            LoadProfile traffic) {
        this.plan = plan;
        this.workload = workload;
        this.launcher = launcher;
        this.generator = generator;
        this.traffic = traffic;
    }

    /// The threads of the load generator.
    ///
    /// @param loops number of threads
    /// @param maySpin see [LoadGenerator.Plan]
    record Generator(int loops, boolean maySpin) {}

    /// Starts a contender. On failure, no process of it is left.
    ///
    /// @param snapshotsMemory true to take a snapshot of its memory before its clients connect
    ConnectedContender start(Contender contender, boolean snapshotsMemory)
            throws ContenderException, MeasurementException, InterruptedException {
        RunningContender running = launcher.start(contender, workload.service(), plan.transport());
        boolean connected = false;
        try {
            requireDescriptors(running);
            MemorySnapshot before = MemorySnapshot.UNKNOWN;
            if (snapshotsMemory) {
                warmUpWithFewConnections(running);
                before = MemorySnapshot.at(running);
            }
            LoadGenerator load = load(running, traffic, plan.connectionsFor(workload));
            connected = true;
            return new ConnectedContender(contender.name(), running, load, before);
        } finally {
            if (!connected) {
                running.close();
            }
        }
    }

    private void requireDescriptors(RunningContender running) throws MeasurementException {
        int connections = plan.connectionsFor(workload) + traffic.extraConnections();
        OptionalLong limit = running.descriptorLimit();
        if (limit.isPresent() && limit.getAsLong() < connections + SPARE_DESCRIPTORS) {
            throw new MeasurementException(
                    running.name() + " cannot hold " + connections + " connections: its descriptor limit is "
                            + limit.getAsLong() + "; raise it with ulimit -n, or use fewer with --connections");
        }
    }

    /// Warms the contender up, so that one-time allocations do not count as memory of the connections.
    private void warmUpWithFewConnections(RunningContender running) throws MeasurementException {
        try (LoadGenerator few = load(running, new LoadProfile.Exchanges(plan.requestBytes()), FEW_CONNECTIONS)) {
            few.begin(new RequestPacing.Closed(1), Duration.ZERO, plan.warmup().dividedBy(4)).await();
        }
    }

    private LoadGenerator load(RunningContender running, LoadProfile clientTraffic, int connections)
            throws MeasurementException {
        return LoadGenerator.open(
                new LoadGenerator.Plan(running.endpoint(), clientTraffic, connections, generator.loops(),
                        generator.maySpin()));
    }
}
