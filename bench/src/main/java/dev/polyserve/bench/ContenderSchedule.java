package dev.polyserve.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Decides the order in which contenders take their turns, and estimates how long the turns take.
final class ContenderSchedule {
    /// The start of a turn is not counted: all first requests go out at once.
    private static final int LEAD_INS_PER_TURN = 4;
    private static final Duration LONGEST_LEAD_IN = Duration.ofMillis(500);
    /// Rates of the open loop, as shares of the weakest contender's capacity.
    static final List<Double> SHARES = List.of(0.5, 0.8);
    /// Estimated start-up time of a contender; it dominates a short run.
    private static final Duration START = Duration.ofMillis(700);
    private static final Duration SNAPSHOTS = Duration.ofSeconds(1);

    private final BenchPlan plan;

    ContenderSchedule(BenchPlan plan) {
        this.plan = plan;
    }

    /// The contenders of one round, in alternating direction, so that drift of the machine affects all of them equally.
    static <T> List<T> order(List<T> contenders, int round) {
        List<T> order = new ArrayList<>(contenders);
        if (round % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }

    Duration leadIn() {
        Duration part = plan.round().dividedBy(LEAD_INS_PER_TURN);
        return part.compareTo(LONGEST_LEAD_IN) < 0 ? part : LONGEST_LEAD_IN;
    }

    Duration turn() {
        return plan.round().plus(leadIn());
    }

    /// A turn with a fresh process and samples of its memory.
    Duration idleTurn() {
        return START.plus(SNAPSHOTS).plus(plan.warmup().dividedBy(4)).plus(turn());
    }

    /// The estimated duration of a workload.
    Duration workload(Workload workload) {
        if (workload == Workload.IDLE) {
            return idleTurn().multipliedBy((long) plan.rounds() * plan.contenders().size());
        }
        int loads = switch (workload.loading()) {
            case BOTH -> 1 + (plan.rate().isPresent() ? 1 : SHARES.size());
            case CAPACITY, FIXED_RATE -> 1;
        };
        return START.plus(plan.warmup().dividedBy(2)).plus(turn().multipliedBy(1L + (long) loads * plan.rounds()))
                .multipliedBy(plan.contenders().size());
    }

    /// The estimated duration of all workloads.
    Duration all() {
        return plan.workloads().stream().map(this::workload).reduce(Duration.ZERO, Duration::plus);
    }
}
