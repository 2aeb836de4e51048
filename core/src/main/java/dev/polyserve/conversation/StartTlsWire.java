package dev.polyserve.conversation;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A wire whose connection can go on with TLS.
///
/// **Thread**: the owner.
public interface StartTlsWire {
    /// Why the connection cannot go on with TLS, in one sentence; null when it can.
    @Nullable String whyNoTls();

    /// Does the handshake of TLS, and waits for it. Nothing is collected or buffered.
    ///
    /// @param begins called when the handshakes of others leave room for it
    /// @param atMostNanos how long it waits for that
    /// @return false when there was no room in this time; the wire is as before
    /// @throws IOException when it fails, or the connection is over
    boolean startTls(Runnable begins, long atMostNanos) throws IOException;
}
