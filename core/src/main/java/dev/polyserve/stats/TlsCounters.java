package dev.polyserve.stats;

import dev.polyserve.ServerStats.HandshakeResult;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Counts the handshakes of TLS. A handshake takes far longer than the lock is held.
///
/// **Thread**: any.
public final class TlsCounters {
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Guarded by `lock`, like the one below.
    private final Map<HandshakeOutcome, Long> counts = new HashMap<>();
    private final DurationHistogram durations = new DurationHistogram(HistogramBuckets.HANDSHAKES);

    /// Creates counters of no handshakes.
    public TlsCounters() {}

    /// Counts a handshake that is over.
    public void ended(HandshakeOutcome how, long nanos) {
        lock.lock();
        try {
            counts.merge(how, 1L, Long::sum);
            if (how.result() == HandshakeResult.SUCCEEDED) {
                durations.add(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /// The handshakes so far.
    public TlsSnapshot snapshot() {
        lock.lock();
        try {
            return new TlsSnapshot(counts, durations.snapshot(), Optional.empty());
        } finally {
            lock.unlock();
        }
    }
}
