package dev.polyserve.bench;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.ContenderException;
import dev.polyserve.bench.contender.Launcher;
import dev.polyserve.bench.contender.RunningContender;
import dev.polyserve.bench.load.Load;
import dev.polyserve.bench.load.LoadException;
import dev.polyserve.bench.load.Pacing;
import dev.polyserve.bench.load.ClientTraffic;
import java.time.Duration;
import java.util.OptionalLong;

/// Starts contenders of one workload and connects their clients.
///
/// **Thread**: the benchmark's.
final class Starter {
    private static final int FEW_CONNECTIONS = 10;
    private static final int SPARE_DESCRIPTORS = 100;

    private final BenchPlan plan;
    private final Workload workload;
    private final Launcher launcher;
    private final Generator generator;
    private final ClientTraffic traffic;

    /// @param traffic what the clients of the workload do
    Starter(BenchPlan plan, Workload workload, Launcher launcher, Generator generator, ClientTraffic traffic) {
        this.plan = plan;
        this.workload = workload;
        this.launcher = launcher;
        this.generator = generator;
        this.traffic = traffic;
    }

    /// The threads that load.
    ///
    /// @param loops how many
    /// @param maySpin see [Load.Plan]
    record Generator(int loops, boolean maySpin) {}

    /// Starts one; nothing of it is left when that fails.
    ///
    /// @param looksAtMemory whether its memory is looked at, before its clients connect
    Candidate start(Contender contender, boolean looksAtMemory)
            throws ContenderException, LoadException, InterruptedException {
        RunningContender running = launcher.start(contender, workload.service(), plan.transport());
        boolean connected = false;
        try {
            requireDescriptors(running);
            MemorySnapshot before = MemorySnapshot.UNKNOWN;
            if (looksAtMemory) {
                warmUpWithFew(running);
                before = MemorySnapshot.at(running);
            }
            Load load = load(running, traffic, plan.connectionsFor(workload));
            connected = true;
            return new Candidate(contender.name(), running, load, before);
        } finally {
            if (!connected) {
                running.close();
            }
        }
    }

    private void requireDescriptors(RunningContender running) throws LoadException {
        int connections = plan.connectionsFor(workload) + traffic.connectionsBeside();
        OptionalLong limit = running.descriptorLimit();
        if (limit.isPresent() && limit.getAsLong() < connections + SPARE_DESCRIPTORS) {
            throw new LoadException(running.name() + " has no room for " + connections + " connections: it may open "
                    + limit.getAsLong() + " descriptors; allow more with ulimit -n, or take fewer with --connections");
        }
    }

    /// So that what is made once is not counted as the connections'.
    private void warmUpWithFew(RunningContender running) throws LoadException {
        try (Load few = load(running, new ClientTraffic.Exchanges(plan.requestBytes()), FEW_CONNECTIONS)) {
            few.begin(new Pacing.Closed(1), Duration.ZERO, plan.warmup().dividedBy(4)).await();
        }
    }

    private Load load(RunningContender running, ClientTraffic itsTraffic, int connections) throws LoadException {
        return Load.open(
                new Load.Plan(running.endpoint(), itsTraffic, connections, generator.loops(), generator.maySpin()));
    }
}
