package dev.polyserve.bench.result;

import java.util.List;

/// The median of several rounds, with their minimum and maximum.
///
/// @param least the minimum
/// @param median the middle value, or the mean of the middle two
/// @param most the maximum
public record MinMedianMax(double least, double median, double most) {
    /// The spread of at least one value.
    public static MinMedianMax of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a spread needs at least one value");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return new MinMedianMax(sorted.getFirst(), median, sorted.getLast());
    }
}
