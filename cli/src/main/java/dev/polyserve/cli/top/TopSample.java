package dev.polyserve.cli.top;

import dev.polyserve.cli.text.LabelledCounts;
import dev.polyserve.cli.text.Units;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The status of a server at one moment, and what has changed since the one before.
///
/// **Thread**: any.
///
/// @param takenNanos when it was read, by the clock of this process
/// @param status the status as JSON
/// @param before the one before; null: there is none
record TopSample(long takenNanos, JsonNode status, @Nullable TopSample before) {
    private static final double MOST_TURNS = 0.99;
    private static final double PERCENT = 100;

    /// Without what came before, so that samples do not keep one another.
    TopSample alone() {
        return new TopSample(takenNanos, status, null);
    }

    long number(String name) {
        return status.path(name).longValue(0);
    }

    String text(String name) {
        return status.path(name).stringValue("");
    }

    /// How much a counter has grown a second; 0 without a sample before.
    double rate(String name) {
        TopSample earlier = before;
        if (earlier == null || earlier.number("pid") != number("pid")) {
            return 0;
        }
        double seconds = (takenNanos - earlier.takenNanos) / (double) TimeUnit.SECONDS.toNanos(1);
        return Math.max(0, number(name) - earlier.number(name)) / Math.max(0.001, seconds);
    }

    /// The load of the busiest loop, and the mean.
    String load() {
        List<Double> ratios = elements("loops").stream().map(loop -> loop.path("busyRatio").doubleValue(0)).toList();
        double most = ratios.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        double mean = ratios.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        return String.format(Locale.ROOT, "busiest %.1f %%, mean %.1f %%", most * PERCENT, mean * PERCENT);
    }

    /// The bound that 99 % of the turns since the sample before did not exceed, as in `<= 300us`; `-` without turns.
    String slowestTurns() {
        List<Long> bounds = numbers(status.path("lagBoundsMicros"));
        long[] counts = turns(bounds.size() + 1);
        TopSample earlier = before;
        if (earlier != null && earlier.number("pid") == number("pid")) {
            long[] old = earlier.turns(bounds.size() + 1);
            for (int i = 0; i < counts.length; i++) {
                counts[i] -= old[i];
            }
        }
        long all = 0;
        for (long count : counts) {
            all += count;
        }
        long seen = 0;
        for (int i = 0; i < bounds.size() && all > 0; i++) {
            seen += counts[i];
            if (seen >= all * MOST_TURNS) {
                return "<= " + Units.written(Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(bounds.get(i))));
            }
        }
        return all > 0 ? "> " + Units.written(Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(bounds.getLast()))) : "-";
    }

    private long[] turns(int buckets) {
        long[] counts = new long[buckets];
        for (JsonNode loop : elements("loops")) {
            List<Long> own = numbers(loop.path("lagCounts"));
            for (int i = 0; i < Math.min(buckets, own.size()); i++) {
                counts[i] += own.get(i);
            }
        }
        return counts;
    }

    private static List<Long> numbers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::longValue).toList();
    }

    List<JsonNode> elements(String name) {
        return List.copyOf(StreamSupport.stream(status.path(name).spliterator(), false).toList());
    }

    /// `idle 2, read 1`, or `none reached`.
    String limits() {
        String reached = counts("limitsReached");
        return reached.isEmpty() ? "none reached" : reached;
    }

    private String counts(String name) {
        List<String> counts = new ArrayList<>();
        status.path(name).properties()
                .forEach(count -> counts.add(LabelledCounts.text(count.getKey(), count.getValue().longValue())));
        return String.join(", ", counts);
    }

    /// `2 serving, 1 booting; restarted 0 times`; empty without worker processes.
    String workers() {
        var states = elements("workers").stream().collect(Collectors.groupingBy(
                worker -> worker.path("state").stringValue(""), TreeMap::new, Collectors.counting()));
        return states.isEmpty()
                ? ""
                : states.entrySet().stream().map(state -> state.getValue() + " " + state.getKey())
                        .collect(Collectors.joining(", ")) + "; restarted "
                        + LabelledCounts.restarts(number("workerRestarts"), counts("workerRestartsByReason"));
    }
}
