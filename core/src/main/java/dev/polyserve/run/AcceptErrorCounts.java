package dev.polyserve.run;

import dev.polyserve.io.AcceptException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts failed attempts to accept by their reason. The number of reasons is bounded.
///
/// **Thread**: any.
final class AcceptErrorCounts {
    private static final int MOST_REASONS = 32;
    private static final String OTHER = "other";

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /// Counts a failure. Without memory for a new reason, it is in none.
    void add(Throwable error) {
        String reason = error instanceof AcceptException known ? known.reason() : error.getClass().getSimpleName();
        LongAdder adder = counts.get(reason);
        if (adder == null) {
            String kept = counts.size() < MOST_REASONS ? reason : OTHER;
            adder = counts.computeIfAbsent(kept, _ -> new LongAdder());
        }
        adder.increment();
    }

    Map<String, Long> snapshot() {
        Map<String, Long> now = new TreeMap<>();
        counts.forEach((reason, adder) -> now.put(reason, adder.sum()));
        return now;
    }
}
