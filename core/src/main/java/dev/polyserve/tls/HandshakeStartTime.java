package dev.polyserve.tls;

import dev.polyserve.ServerStats.HandshakeResult;
import dev.polyserve.stats.HandshakeOutcome;
import javax.net.ssl.SSLSession;

/// The time at which a TLS handshake began, by both clocks.
///
/// @param nanos as [System#nanoTime]
/// @param millis as [System#currentTimeMillis]
record HandshakeStartTime(long nanos, long millis) {
    static HandshakeStartTime now() {
        return new HandshakeStartTime(System.nanoTime(), System.currentTimeMillis());
    }

    /// How long it has taken until now.
    long elapsedNanos() {
        return System.nanoTime() - nanos;
    }

    /// How it ended, when it has succeeded. A session that is older than the handshake was resumed: the JDK tells it in no
    /// other way.
    HandshakeOutcome succeeded(SSLSession session) {
        return new HandshakeOutcome(HandshakeResult.SUCCEEDED, session.getProtocol(),
                session.getCreationTime() < millis);
    }
}
