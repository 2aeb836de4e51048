package dev.polyserve.stats;

import dev.polyserve.ServerStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The handshakes of TLS at one moment.
///
/// @param counts how many there were of each kind
/// @param durations how long those took that succeeded
/// @param expires when the first certificate expires
public record TlsSnapshot(Map<HandshakeOutcome, Long> counts, HistogramSnapshot durations, Optional<Instant> expires)
        implements
            ServerStats.TlsStats {
    private static final Comparator<HandshakeOutcome> ORDER = Comparator.comparing(HandshakeOutcome::result)
            .thenComparing(HandshakeOutcome::version).thenComparing(HandshakeOutcome::resumed);

    /// Copies the map.
    public TlsSnapshot {
        counts = Map.copyOf(counts);
    }

    /// No handshakes.
    public static TlsSnapshot none() {
        return new TlsSnapshot(Map.of(), HistogramSnapshot.empty(HistogramBuckets.HANDSHAKES), Optional.empty());
    }

    /// The handshakes of both.
    public TlsSnapshot plus(TlsSnapshot other) {
        Map<HandshakeOutcome, Long> together = new TreeMap<>(ORDER);
        together.putAll(counts);
        other.counts.forEach((kind, count) -> together.merge(kind, count, Long::sum));
        return new TlsSnapshot(together, durations.plus(other.durations), expires.or(other::expires));
    }

    /// The same with another time at which the first certificate expires.
    public TlsSnapshot with(Optional<Instant> when) {
        return new TlsSnapshot(counts, durations, when);
    }

    @Override
    public List<ServerStats.Handshakes> handshakes() {
        List<ServerStats.Handshakes> all = new ArrayList<>();
        counts.entrySet().stream().sorted(Map.Entry.comparingByKey(ORDER))
                .forEach(entry -> all.add(new HandshakeOutcomeCount(entry.getKey(), entry.getValue())));
        return all;
    }

    @Override
    public HistogramSnapshot handshakeDurations() {
        return durations;
    }

    @Override
    public Optional<Instant> certificateExpires() {
        return expires;
    }
}
