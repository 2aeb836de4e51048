package dev.polyserve.bench.result;

import java.util.List;

/// The middle of several rounds and how far they lie apart.
///
/// @param least the smallest
/// @param median the middle one, or the mean of the middle two
/// @param most the largest
public record Spread(double least, double median, double most) {
    /// Of at least one value.
    public static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no value has no middle");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return new Spread(sorted.getFirst(), median, sorted.getLast());
    }
}
