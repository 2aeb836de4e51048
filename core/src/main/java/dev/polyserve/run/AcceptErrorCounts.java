package dev.polyserve.run;

import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.io.AcceptException;
import java.util.Map;
import java.util.TreeMap;

/// Counts failed attempts to accept by their reason. The number of reasons is bounded.
///
/// **Thread**: any.
final class AcceptErrorCounts {
    private static final int MOST_REASONS = 32;
    private static final String OTHER = "other";

    private final NonQueueingLock lock = new NonQueueingLock();
    /// Guarded by `lock`.
    private final Map<String, Long> counts = new TreeMap<>();

    /// Counts a failure.
    void add(Throwable error) {
        String reason = AcceptException.reasonOf(error);
        lock.lock();
        try {
            boolean isKept = counts.containsKey(reason) || counts.size() < MOST_REASONS;
            counts.merge(isKept ? reason : OTHER, 1L, Long::sum);
        } finally {
            lock.unlock();
        }
    }

    Map<String, Long> snapshot() {
        lock.lock();
        try {
            return Map.copyOf(counts);
        } finally {
            lock.unlock();
        }
    }
}
