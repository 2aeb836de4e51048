package dev.polyserve.stats;

import dev.polyserve.ServerStats.HandshakeResult;

/// How a TLS handshake ended: its result, its version, and whether it resumed a session.
///
/// @param result whether it succeeded
/// @param version the version that was agreed on; empty unless it succeeded
/// @param resumed whether it resumed a session
public record HandshakeKind(HandshakeResult result, String version, boolean resumed) {
    /// A handshake that did not succeed.
    public static HandshakeKind of(HandshakeResult result) {
        return new HandshakeKind(result, "", false);
    }
}
