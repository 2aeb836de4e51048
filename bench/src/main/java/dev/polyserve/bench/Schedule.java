package dev.polyserve.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// In which order contenders have their turns, and how long that takes.
final class Schedule {
    /// A turn's beginning does not count: the first requests go out all at once.
    private static final int LEAD_INS_PER_TURN = 4;
    private static final Duration LONGEST_LEAD_IN = Duration.ofMillis(500);
    /// Rates of the open loop, as shares of the weakest contender's capacity.
    static final List<Double> SHARES = List.of(0.5, 0.8);
    /// A guess; most of the time of a short run.
    private static final Duration START = Duration.ofMillis(700);
    private static final Duration LOOKS = Duration.ofSeconds(1);

    private final BenchPlan plan;

    Schedule(BenchPlan plan) {
        this.plan = plan;
    }

    /// The contenders of one round: there and back again, so that a drift of the machine harms no one more than another.
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

    /// A turn of a fresh process whose memory is looked at.
    Duration idleTurn() {
        return START.plus(LOOKS).plus(plan.warmup().dividedBy(4)).plus(turn());
    }

    /// How long a workload takes, about.
    Duration workload(Workload workload) {
        if (workload == Workload.IDLE) {
            return idleTurn().multipliedBy((long) plan.rounds() * plan.contenders().size());
        }
        int tables = switch (workload.loading()) {
            case BOTH -> 1 + (plan.rate().isPresent() ? 1 : SHARES.size());
            case CAPACITY, FIXED_RATE -> 1;
        };
        return START.plus(plan.warmup().dividedBy(2)).plus(turn().multipliedBy(1L + (long) tables * plan.rounds()))
                .multipliedBy(plan.contenders().size());
    }

    /// How long everything takes, about.
    Duration all() {
        return plan.workloads().stream().map(this::workload).reduce(Duration.ZERO, Duration::plus);
    }
}
