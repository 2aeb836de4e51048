package dev.polyserve.bench;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.Launcher;
import dev.polyserve.bench.contender.ProcessorPlacement;
import dev.polyserve.bench.result.Comparison;
import dev.polyserve.bench.result.Environment;
import dev.polyserve.bench.result.Results;
import dev.polyserve.bench.result.BenchSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One benchmark: each workload in turn, all contenders under it.
///
/// **Thread**: one; interrupting it ends the benchmark early, with what was measured.
public final class Bench {
    private final BenchPlan plan;
    private final Launcher launcher;
    private final ProcessorPlacement placement;
    private final Environment environment;
    private final BenchListener listener;

    /// @param launcher starts the contenders
    /// @param placement which processors they and the generator have
    /// @param environment this machine
    public Bench(BenchPlan plan, Launcher launcher, ProcessorPlacement placement, Environment environment,
            BenchListener listener) {
        Contender.requireDistinctNames(plan.contenders());
        for (Workload workload : plan.workloads()) {
            workload.cannotUse(plan.transport()).ifPresent(sentence -> {
                throw new IllegalArgumentException(sentence);
            });
        }
        this.plan = plan;
        this.launcher = launcher;
        this.placement = placement;
        this.environment = environment;
        this.listener = listener;
    }

    /// How long it will take, about.
    public Duration estimate() {
        return new Schedule(plan).all();
    }

    /// Measures; returns early, with what there is, when the thread is interrupted.
    public Results run() {
        Instant startedAt = Clock.systemUTC().instant();
        long began = System.nanoTime();
        Progress progress = new Progress(listener, System::nanoTime);
        List<Comparison> comparisons = new ArrayList<>();
        boolean complete = true;
        ProcessorCapacity capacity = capacity();
        Schedule schedule = new Schedule(plan);
        Duration left = schedule.all();
        for (Workload workload : plan.workloads()) {
            progress.expects(left);
            left = left.minus(schedule.workload(workload));
            if (!measure(workload, capacity, progress, comparisons)) {
                complete = false;
                break;
            }
        }
        return new Results(Results.FORMAT, startedAt, (System.nanoTime() - began) / 1e9, complete, plan.command(),
                environment, settings(capacity), comparisons);
    }

    /// Measured once, so that the work is the same for all contenders.
    private ProcessorCapacity capacity() {
        return plan.workloads().stream().anyMatch(workload -> workload.computes(plan))
                ? ProcessorCapacity.measure(placement.contenderProcessors())
                : new ProcessorCapacity(placement.contenderProcessors(), 0);
    }

    private boolean measure(Workload workload, ProcessorCapacity capacity, Progress progress,
            List<Comparison> comparisons) {
        Starter.Generator generator = new Starter.Generator(placement.generatorProcessors(), separate());
        Starter starter = new Starter(plan, workload, launcher, generator,
                workload.traffic(plan, capacity));
        try (WorkloadRun run = new WorkloadRun(plan, workload, starter, progress)) {
            try {
                run.run();
                return true;
            } catch (InterruptedException e) {
                progress.note("interrupted: what was measured so far follows");
                return false;
            } finally {
                comparisons.addAll(run.comparisons());
            }
        }
    }

    /// Whether a generator that asks without waiting takes nothing from a contender.
    private boolean separate() {
        return switch (placement) {
            case ProcessorPlacement.Pinned pinned -> !pinned.contender().equals(pinned.generator());
            case ProcessorPlacement.Unpinned unpinned -> unpinned.processors() > 1;
        };
    }

    private BenchSettings settings(ProcessorCapacity capacity) {
        return new BenchSettings(plan.transport().id(), plan.connections().orElse(Workload.ECHO.usualConnections()),
                plan.requestBytes(), plan.depth(), plan.rounds(), plan.warmup().toNanos() / 1e9,
                plan.round().toNanos() / 1e9, capacity.multiplications(Duration.ofMillis(1)));
    }
}
