package dev.polyserve.bench;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.ContenderException;
import dev.polyserve.bench.contender.SystemCallCounts;
import dev.polyserve.bench.load.LoadException;
import dev.polyserve.bench.load.Pacing;
import dev.polyserve.bench.load.Recording;
import dev.polyserve.bench.result.Comparison;
import dev.polyserve.bench.result.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/// All contenders under one workload.
///
/// ```
///   start all ─▶ warm each up ─▶ closed rounds ─▶ system calls ─▶ open rounds, rate by rate ─▶ end all
///                             └─▶ open rounds at the rate of the workload ─────────────────▶ end all
/// ```
/// A contender that fails falls out with its sentence; what it measured before stays, and so do the others.
///
/// **Thread**: the benchmark's.
final class WorkloadRun implements AutoCloseable {
    private static final Duration WARM_UP_WINDOW = Duration.ofMillis(500);
    private static final Duration AFTER_START = Duration.ofMillis(200);

    private final BenchPlan plan;
    private final Workload workload;
    private final Starter starter;
    private final Progress progress;
    private final Schedule schedule;
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<LiveResults> tables = new ArrayList<>();

    WorkloadRun(BenchPlan plan, Workload workload, Starter starter, Progress progress) {
        this.plan = plan;
        this.workload = workload;
        this.starter = starter;
        this.progress = progress;
        this.schedule = new Schedule(plan);
    }

    /// What there is so far.
    List<Comparison> comparisons() {
        return tables.stream().map(LiveResults::comparison).toList();
    }

    /// Measures.
    void run() throws InterruptedException {
        LiveResults first = firstTable();
        tables.add(first);
        if (workload == Workload.IDLE) {
            idleRounds(first);
            return;
        }
        for (Contender contender : plan.contenders()) {
            start(contender, first);
        }
        each(first, candidate -> warmUp(candidate, first));
        switch (workload.loading()) {
            case BOTH -> {
                capacity(first);
                openLoops(first);
            }
            case CAPACITY -> capacity(first);
            case FIXED_RATE -> latency(first, workload.rate(plan));
        }
    }

    private LiveResults firstTable() {
        return switch (workload.loading()) {
            case BOTH, CAPACITY -> LiveResults.closed(workload, names());
            case FIXED_RATE -> LiveResults.open(workload, workload.rate(plan), 0, names());
        };
    }

    private void capacity(LiveResults closed) throws InterruptedException {
        rounds(closed, pacing(), "capacity");
        if (workload == Workload.SLOW_READER) {
            each(closed, candidate -> closed.addOnce(candidate.name(),
                    candidate.memory().growthSince(candidate.before())));
        }
        each(closed, candidate -> countSystemCalls(candidate, closed));
    }

    private Pacing pacing() {
        return new Pacing.Closed(workload.depth(plan.depth()));
    }

    private List<String> names() {
        return plan.contenders().stream().map(Contender::name).toList();
    }

    private void start(Contender contender, LiveResults table) throws InterruptedException {
        progress.begins(workload.id() + ": starting " + contender.name(), Duration.ZERO);
        try {
            Candidate candidate = starter.start(contender, workload == Workload.SLOW_READER);
            candidates.add(candidate);
            candidate.running().remarks().forEach(remark -> table.remark(contender.name(), remark));
        } catch (ContenderException | LoadException e) {
            table.fail(contender.name(), String.valueOf(e.getMessage()));
        }
    }

    // --- idle connections ---

    /// Each turn has a fresh process: memory that was once resident stays so, and a second look would find nothing added.
    private void idleRounds(LiveResults table) throws InterruptedException {
        List<Contender> left = new ArrayList<>(plan.contenders());
        for (int round = 0; round < plan.rounds(); round++) {
            for (Contender contender : Schedule.order(left, round)) {
                progress.begins(workload.id() + ": round " + (round + 1) + " of " + plan.rounds() + ", "
                        + contender.name(), schedule.idleTurn());
                idleTurn(contender, table);
                if (candidates.isEmpty()) {
                    left.remove(contender);
                }
                close();
            }
        }
    }

    /// Leaves the candidate in the list, unless it failed.
    private void idleTurn(Contender contender, LiveResults table) throws InterruptedException {
        try {
            Candidate candidate = starter.start(contender, true);
            candidates.add(candidate);
            guarded(candidate, table, () -> {
                Map<Metric, Double> added = candidate.memory().perConnectionSince(candidate.before(),
                        plan.connectionsFor(workload));
                turn(candidate, table, pacing(), added);
            });
        } catch (ContenderException | LoadException e) {
            table.fail(contender.name(), String.valueOf(e.getMessage()));
        }
    }

    // --- warm-up ---

    private void warmUp(Candidate candidate, LiveResults table) throws LoadException {
        progress.begins(workload.id() + ": warming up " + candidate.name(), plan.warmup().dividedBy(2));
        Pacing pacing = pacing();
        WarmUpCheck steadiness = new WarmUpCheck();
        long began = System.nanoTime();
        candidate.run(pacing, Duration.ZERO, AFTER_START);
        while (!steadiness.steady() && System.nanoTime() - began < plan.warmup().toNanos()) {
            steadiness.add(candidate.run(pacing, Duration.ZERO, WARM_UP_WINDOW).requestsPerSecond());
        }
        if (!steadiness.steady()) {
            table.remark(candidate.name(), String.format(Locale.ROOT,
                    "was not steady when its warm-up ended after %.1f s: %s",
                    (System.nanoTime() - began) / 1e9, steadiness.doubt()));
        }
    }

    // --- rounds ---

    private void rounds(LiveResults table, Pacing pacing, String what) throws InterruptedException {
        for (int round = 0; round < plan.rounds(); round++) {
            for (Candidate candidate : Schedule.order(candidates, round)) {
                progress.begins(workload.id() + ": " + what + ", round " + (round + 1) + " of " + plan.rounds() + ", "
                        + candidate.name(), schedule.turn());
                guarded(candidate, table, () -> turn(candidate, table, pacing, Map.of()));
            }
        }
    }

    /// @param more figures of this turn that were looked at apart from the load
    private void turn(Candidate candidate, LiveResults table, Pacing pacing, Map<Metric, Double> more)
            throws LoadException, InterruptedException {
        Candidate.Turn turn = candidate.turn(pacing, schedule.leadIn(), plan.round());
        Recording recording = turn.recording();
        Map<Metric, Double> metrics = new EnumMap<>(turn.metrics());
        metrics.putAll(more);
        table.add(candidate.name(), metrics, recording);
        if (recording.waiting() > 0) {
            table.remark(candidate.name(), "does not serve all at once: " + recording.waiting() + " of "
                    + plan.connectionsFor(workload) + " clients still waited at the end of a round");
        }
    }

    private void openLoops(LiveResults closed) throws InterruptedException {
        if (plan.rate().isPresent()) {
            openLoop(plan.rate().getAsDouble(), 0);
            return;
        }
        OptionalDouble weakest = candidates.stream().map(candidate -> closed.capacity(candidate.name()))
                .filter(OptionalDouble::isPresent).mapToDouble(OptionalDouble::getAsDouble).min();
        if (weakest.isPresent() && weakest.getAsDouble() > 0) {
            for (double share : Schedule.SHARES) {
                openLoop(weakest.getAsDouble() * share, share);
            }
        }
    }

    private void openLoop(double requestsPerSecond, double share) throws InterruptedException {
        LiveResults table = LiveResults.open(workload, requestsPerSecond, share,
                candidates.stream().map(Candidate::name).toList());
        tables.add(table);
        latency(table, requestsPerSecond);
    }

    private void latency(LiveResults table, double requestsPerSecond) throws InterruptedException {
        rounds(table, new Pacing.Open(requestsPerSecond),
                String.format(Locale.ROOT, "latency at %,.0f requests/s", requestsPerSecond));
    }

    private void countSystemCalls(Candidate candidate, LiveResults table)
            throws LoadException, InterruptedException {
        progress.begins(workload.id() + ": counting system calls of " + candidate.name(), schedule.turn());
        try (SystemCallCounts counting = SystemCallCounts.watch(candidate.running())) {
            Recording recording = candidate.run(pacing(), Duration.ZERO, plan.round());
            SystemCallCounts.Count count = counting.stop();
            if (recording.answered() > 0) {
                table.addOnce(candidate.name(),
                        Map.of(Metric.SYSTEM_CALLS_PER_REQUEST, (double) count.systemCalls() / recording.answered()));
            }
        } catch (ContenderException e) {
            table.remark(candidate.name(), String.valueOf(e.getMessage()));
        }
    }

    // --- failing, and ending ---

    private void each(LiveResults table, CandidateStep step) throws InterruptedException {
        for (Candidate candidate : List.copyOf(candidates)) {
            guarded(candidate, table, () -> step.run(candidate));
        }
    }

    private void guarded(Candidate candidate, LiveResults table, Step step) throws InterruptedException {
        if (!candidates.contains(candidate)) {
            return;
        }
        try {
            step.run();
        } catch (LoadException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted");
            }
            String why = candidate.running().ended().map(ended -> e.getMessage() + "; " + ended)
                    .orElse(String.valueOf(e.getMessage()));
            table.fail(candidate.name(), why);
            progress.note(candidate.name() + " falls out: " + why);
            candidates.remove(candidate);
            candidate.close();
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws LoadException, InterruptedException;
    }

    @FunctionalInterface
    private interface CandidateStep {
        void run(Candidate candidate) throws LoadException, InterruptedException;
    }

    @Override
    public void close() {
        candidates.forEach(Candidate::close);
        candidates.clear();
    }
}
