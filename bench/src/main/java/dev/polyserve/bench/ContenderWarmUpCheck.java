package dev.polyserve.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Decides whether a contender has warmed up: its last three windows differ by less than five per cent.
final class ContenderWarmUpCheck {
    private static final int WINDOWS = 3;
    private static final double TOLERANCE = 0.05;

    private final List<Double> requestsPerSecond = new ArrayList<>();

    void add(double windowRequestsPerSecond) {
        requestsPerSecond.add(windowRequestsPerSecond);
    }

    boolean steady() {
        return requestsPerSecond.size() >= WINDOWS && difference() <= TOLERANCE;
    }

    /// Explains why the contender is not steady.
    String doubt() {
        return requestsPerSecond.size() < WINDOWS
                ? "it completed " + requestsPerSecond.size() + " of " + WINDOWS + " windows"
                : String.format(Locale.ROOT, "its last windows differed by %.0f %%", difference() * 100);
    }

    /// The difference between the last windows, as a share of the largest.
    double difference() {
        List<Double> last = requestsPerSecond.subList(Math.max(0, requestsPerSecond.size() - WINDOWS),
                requestsPerSecond.size());
        double most = last.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        double least = last.stream().mapToDouble(Double::doubleValue).min().orElse(0);
        return most == 0 ? 0 : (most - least) / most;
    }
}
