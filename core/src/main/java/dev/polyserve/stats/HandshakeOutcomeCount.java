package dev.polyserve.stats;

import dev.polyserve.ServerStats;
import java.util.Optional;

/// How many TLS handshakes ended in one way.
///
/// @param kind the way
/// @param count how many
public record HandshakeOutcomeCount(HandshakeOutcome kind, long count) implements ServerStats.Handshakes {
    @Override
    public ServerStats.HandshakeResult result() {
        return kind.result();
    }

    @Override
    public Optional<String> version() {
        return Optional.of(kind.version()).filter(version -> !version.isEmpty());
    }

    @Override
    public boolean resumed() {
        return kind.resumed();
    }
}
