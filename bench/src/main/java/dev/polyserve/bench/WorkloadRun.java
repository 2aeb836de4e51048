package dev.polyserve.bench;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.ContenderException;
import dev.polyserve.bench.contender.SystemCallCounter;
import dev.polyserve.bench.load.MeasurementException;
import dev.polyserve.bench.load.RequestPacing;
import dev.polyserve.bench.load.LoadRunResult;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.BenchMetric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/// Runs one workload with all contenders.
///
/// ```
///   start all ─▶ warm each up ─▶ closed rounds ─▶ system calls ─▶ open rounds, rate by rate ─▶ end all
///                             └─▶ open rounds at the rate of the workload ─────────────────▶ end all
/// ```
/// A contender that fails leaves the run, and its error is reported. Its earlier results stay, and the others go on.
///
/// **Thread**: the benchmark's.
final class WorkloadRun implements AutoCloseable {
    private static final Duration WARM_UP_WINDOW = Duration.ofMillis(500);
    /// How many times as many rounds as planned are run at most. To look often would find differences where there are none.
    private static final int MOST_TIMES = 3;
    private static final Duration AFTER_START = Duration.ofMillis(200);

    private final BenchPlan plan;
    private final Workload workload;
    private final ContenderStarter starter;
    private final RemainingTimeEstimate progress;
    private final FurtherRoundsRule further;
    private final ContenderSchedule schedule;
    private final List<ConnectedContender> loadedContenders = new ArrayList<>();
    private final List<LiveResults> tables = new ArrayList<>();

    WorkloadRun(BenchPlan plan, Workload workload, ContenderStarter starter, RemainingTimeEstimate progress,
            FurtherRoundsRule further) {
        this.plan = plan;
        this.workload = workload;
        this.starter = starter;
        this.progress = progress;
        this.further = further;
        this.schedule = new ContenderSchedule(plan);
    }

    /// The results so far.
    List<ComparisonResult> comparisons() {
        return tables.stream().map(LiveResults::comparison).toList();
    }

    void run() throws InterruptedException {
        LiveResults first = firstResults();
        tables.add(first);
        if (workload == Workload.IDLE) {
            idleRounds(first);
            return;
        }
        for (Contender contender : plan.contenders()) {
            start(contender, first);
        }
        each(first, loaded -> warmUp(loaded, first));
        switch (workload.loading()) {
            case BOTH -> {
                capacity(first);
                openLoops(first);
            }
            case CAPACITY -> capacity(first);
            case FIXED_RATE -> latency(first, workload.rate(plan));
        }
    }

    private LiveResults firstResults() {
        return switch (workload.loading()) {
            case BOTH, CAPACITY -> LiveResults.closed(workload, names());
            case FIXED_RATE -> LiveResults.open(workload, workload.rate(plan), 0, names());
        };
    }

    private void capacity(LiveResults closed) throws InterruptedException {
        rounds(closed, pacing(), "capacity", 0);
        if (workload == Workload.SLOW_READER) {
            each(closed, loaded -> closed.addOnce(loaded.name(),
                    loaded.memory().growthSince(loaded.before())));
        }
        each(closed, loaded -> countSystemCalls(loaded, closed));
    }

    private RequestPacing pacing() {
        return new RequestPacing.Closed(workload.depth(plan.depth()));
    }

    private List<String> names() {
        return plan.contenders().stream().map(Contender::name).toList();
    }

    private void start(Contender contender, LiveResults table) throws InterruptedException {
        progress.begins(workload.id() + ": starting " + contender.name(), Duration.ZERO);
        try {
            ConnectedContender loaded = starter.start(contender, workload == Workload.SLOW_READER);
            loadedContenders.add(loaded);
            loaded.running().remarks().forEach(remark -> table.remark(contender.name(), remark));
        } catch (ContenderException | MeasurementException e) {
            table.fail(contender.name(), String.valueOf(e.getMessage()));
        }
    }

    // --- idle connections ---

    /// Each turn starts a fresh process: memory that was resident once stays resident, so a second snapshot would show
    /// no growth.
    private void idleRounds(LiveResults table) throws InterruptedException {
        List<Contender> left = new ArrayList<>(plan.contenders());
        for (int round = 0; round < plan.rounds(); round++) {
            for (Contender contender : ContenderSchedule.order(left, round)) {
                progress.begins(workload.id() + ": round " + (round + 1) + " of " + plan.rounds() + ", "
                        + contender.name(), schedule.idleTurn());
                idleTurn(contender, table);
                if (loadedContenders.isEmpty()) {
                    left.remove(contender);
                }
                close();
            }
        }
    }

    /// On success, the contender stays in the list.
    private void idleTurn(Contender contender, LiveResults table) throws InterruptedException {
        try {
            ConnectedContender loaded = starter.start(contender, true);
            loadedContenders.add(loaded);
            guarded(loaded, table, () -> {
                Map<BenchMetric, Double> added = loaded.memory().perConnectionSince(loaded.before(),
                        plan.connectionsFor(workload));
                turn(loaded, table, pacing(), added);
            });
        } catch (ContenderException | MeasurementException e) {
            table.fail(contender.name(), String.valueOf(e.getMessage()));
        }
    }

    // --- warm-up ---

    private void warmUp(ConnectedContender loaded, LiveResults table) throws MeasurementException {
        progress.begins(workload.id() + ": warming up " + loaded.name(), plan.warmup().dividedBy(2));
        RequestPacing pacing = pacing();
        ContenderWarmUpCheck warmUpCheck = new ContenderWarmUpCheck();
        long began = System.nanoTime();
        loaded.run(pacing, Duration.ZERO, AFTER_START);
        while (!warmUpCheck.steady() && System.nanoTime() - began < plan.warmup().toNanos()) {
            warmUpCheck.add(loaded.run(pacing, Duration.ZERO, WARM_UP_WINDOW).requestsPerSecond());
        }
        if (!warmUpCheck.steady()) {
            table.remark(loaded.name(), String.format(Locale.ROOT,
                    "was not steady at the end of its warm-up of %.1f s: %s",
                    (System.nanoTime() - began) / 1e9, warmUpCheck.doubt()));
        }
    }

    // --- rounds ---

    /// @param done the number of rounds before these
    private void rounds(LiveResults table, RequestPacing pacing, String what, int done) throws InterruptedException {
        for (int round = done; round < done + plan.rounds(); round++) {
            for (ConnectedContender loaded : ContenderSchedule.order(loadedContenders, round)) {
                progress.begins(
                        workload.id() + ": " + what + ", round " + (round + 1) + " of " + (done + plan.rounds()) + ", "
                                + loaded.name(),
                        schedule.turn());
                guarded(loaded, table, () -> turn(loaded, table, pacing, Map.of()));
            }
        }
    }

    /// @param more figures of this turn that were measured apart from the load
    private void turn(ConnectedContender loaded, LiveResults table, RequestPacing pacing, Map<BenchMetric, Double> more)
            throws MeasurementException, InterruptedException {
        ConnectedContender.Turn turn = loaded.turn(pacing, schedule.leadIn(), plan.round());
        LoadRunResult recording = turn.recording();
        Map<BenchMetric, Double> metrics = new EnumMap<>(turn.metrics());
        metrics.putAll(more);
        table.add(loaded.name(), metrics, recording);
        if (recording.waiting() > 0) {
            table.remark(loaded.name(), "does not serve all clients at once: " + recording.waiting() + " of "
                    + plan.connectionsFor(workload) + " were still waiting at the end of a round");
        }
    }

    private void openLoops(LiveResults closed) throws InterruptedException {
        if (plan.rate().isPresent()) {
            openLoop(plan.rate().getAsDouble(), 0);
            return;
        }
        OptionalDouble weakest = loadedContenders.stream().map(loaded -> closed.capacity(loaded.name()))
                .filter(OptionalDouble::isPresent).mapToDouble(OptionalDouble::getAsDouble).min();
        if (weakest.isPresent() && weakest.getAsDouble() > 0) {
            for (double share : ContenderSchedule.SHARES) {
                openLoop(weakest.getAsDouble() * share, share);
            }
        }
    }

    private void openLoop(double requestsPerSecond, double share) throws InterruptedException {
        LiveResults table = LiveResults.open(workload, requestsPerSecond, share,
                loadedContenders.stream().map(ConnectedContender::name).toList());
        tables.add(table);
        latency(table, requestsPerSecond);
    }

    private void latency(LiveResults table, double requestsPerSecond) throws InterruptedException {
        String what = String.format(Locale.ROOT, "latency at %,.0f requests/s", requestsPerSecond);
        int done = 0;
        do {
            rounds(table, new RequestPacing.Open(requestsPerSecond), what, done);
            done += plan.rounds();
        } while (done < MOST_TIMES * plan.rounds() && further.areNeeded(table.comparison()));
    }

    private void countSystemCalls(ConnectedContender loaded, LiveResults table)
            throws MeasurementException, InterruptedException {
        progress.begins(workload.id() + ": counting system calls of " + loaded.name(), schedule.turn());
        try (SystemCallCounter counting = SystemCallCounter.attach(loaded.running())) {
            LoadRunResult recording = loaded.run(pacing(), Duration.ZERO, plan.round());
            SystemCallCounter.Count count = counting.stop();
            if (recording.answered() > 0) {
                table.addOnce(loaded.name(),
                        Map.of(BenchMetric.SYSTEM_CALLS_PER_REQUEST,
                                (double) count.systemCalls() / recording.answered()));
            }
        } catch (ContenderException e) {
            table.remark(loaded.name(), String.valueOf(e.getMessage()));
        }
    }

    // --- failing, and ending ---

    private void each(LiveResults table, LoadedStep step) throws InterruptedException {
        for (ConnectedContender loaded : List.copyOf(loadedContenders)) {
            guarded(loaded, table, () -> step.run(loaded));
        }
    }

    private void guarded(ConnectedContender loaded, LiveResults table, Step step) throws InterruptedException {
        if (!loadedContenders.contains(loaded)) {
            return;
        }
        try {
            step.run();
        } catch (MeasurementException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the benchmark was interrupted");
            }
            String why = loaded.running().ended().map(ended -> e.getMessage() + "; " + ended)
                    .orElse(String.valueOf(e.getMessage()));
            table.fail(loaded.name(), why);
            progress.note(loaded.name() + " leaves the benchmark: " + why);
            loadedContenders.remove(loaded);
            loaded.close();
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws MeasurementException, InterruptedException;
    }

    @FunctionalInterface
    private interface LoadedStep {
        void run(ConnectedContender loaded) throws MeasurementException, InterruptedException;
    }

    @Override
    public void close() {
        loadedContenders.forEach(ConnectedContender::close);
        loadedContenders.clear();
    }
}
