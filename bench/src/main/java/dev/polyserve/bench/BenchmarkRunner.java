package dev.polyserve.bench;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.ContenderLauncher;
import dev.polyserve.bench.contender.ProcessorPlacement;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.BenchEnvironment;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.bench.result.BenchSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One benchmark: runs each workload in turn, with all contenders.
///
/// **Thread**: one. Interrupting it ends the benchmark early; the results measured so far are kept.
public final class BenchmarkRunner {
    private final BenchPlan plan;
    private final ContenderLauncher launcher;
    private final ProcessorPlacement placement;
    private final BenchEnvironment environment;
    private final BenchProgressListener listener;
    private final FurtherRoundsRule further;

    /// @param launcher starts the contenders
    /// @param placement the processors that contenders and load generator run on
    /// @param environment a description of this machine
    /// @param further decides whether the rounds at a fixed rate are repeated
    public BenchmarkRunner(BenchPlan plan, ContenderLauncher launcher, ProcessorPlacement placement,
            BenchEnvironment environment,
            BenchProgressListener listener, FurtherRoundsRule further) {
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
        this.further = further;
    }

    /// Runs the benchmark. When the thread is interrupted, this returns early with the results so far.
    public BenchResults run() {
        Instant startedAt = Clock.systemUTC().instant();
        long began = System.nanoTime();
        RemainingTimeEstimate progress = new RemainingTimeEstimate(listener, System::nanoTime);
        List<ComparisonResult> comparisons = new ArrayList<>();
        boolean complete = true;
        ProcessorSpeed capacity = capacity();
        ContenderSchedule schedule = new ContenderSchedule(plan);
        Duration left = schedule.all();
        for (Workload workload : plan.workloads()) {
            progress.expects(left);
            left = left.minus(schedule.workload(workload));
            if (!measure(workload, capacity, progress, comparisons)) {
                complete = false;
                break;
            }
        }
        return new BenchResults(BenchResults.FORMAT, startedAt, (System.nanoTime() - began) / 1e9, complete,
                plan.command(),
                environment, settings(capacity), comparisons);
    }

    /// Measured once, so that every contender gets the same amount of work.
    private ProcessorSpeed capacity() {
        return plan.workloads().stream().anyMatch(workload -> workload.computes(plan))
                ? ProcessorSpeed.measure(placement.contenderProcessors())
                : new ProcessorSpeed(placement.contenderProcessors(), 0);
    }

    private boolean measure(Workload workload, ProcessorSpeed capacity, RemainingTimeEstimate progress,
            List<ComparisonResult> comparisons) {
        ContenderStarter.Generator generator = new ContenderStarter.Generator(placement.generatorProcessors(),
                separate());
        ContenderStarter starter = new ContenderStarter(plan, workload, launcher, generator,
                workload.traffic(plan, capacity));
        try (WorkloadRun run = new WorkloadRun(plan, workload, starter, progress, further)) {
            try {
                run.run();
                return true;
            } catch (InterruptedException e) {
                progress.note("interrupted: the results so far follow");
                return false;
            } finally {
                comparisons.addAll(run.comparisons());
            }
        }
    }

    /// True when a load generator that polls without waiting takes no processor time from a contender.
    private boolean separate() {
        return switch (placement) {
            case ProcessorPlacement.Pinned pinned -> !pinned.contender().equals(pinned.generator());
            case ProcessorPlacement.Shared _ -> false;
            case ProcessorPlacement.Unpinned unpinned -> unpinned.processors() > 1;
        };
    }

    private BenchSettings settings(ProcessorSpeed capacity) {
        return new BenchSettings(plan.transport().id(), plan.connections().orElse(Workload.ECHO.usualConnections()),
                plan.requestBytes(), plan.depth(), plan.rounds(), plan.warmup().toNanos() / 1e9,
                plan.round().toNanos() / 1e9, capacity.multiplications(Duration.ofMillis(1)));
    }
}
