package dev.polyserve.stats;

import dev.polyserve.ServerStats.HandshakeResult;

/// How a TLS handshake ended: its result, its version, and whether it resumed a session.
///
/// @param result whether it succeeded
/// @param version the version that was agreed on; empty unless it succeeded
/// @param resumed whether it resumed a session
public record HandshakeOutcome(HandshakeResult result, String version, boolean resumed) {
    /// A handshake that did not succeed.
    public static HandshakeOutcome of(HandshakeResult result) {
        return new HandshakeOutcome(result, "", false);
    }
}
