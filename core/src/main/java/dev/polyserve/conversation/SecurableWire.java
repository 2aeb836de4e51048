package dev.polyserve.conversation;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A wire whose connection can go on with TLS.
///
/// **Thread**: the owner.
public interface SecurableWire {
    /// Why the connection cannot go on with TLS, in one sentence; null when it can.
    @Nullable String whyNoTls();

    /// Does the handshake of TLS, and waits for it. Nothing is collected or buffered.
    ///
    /// @param begins called when the handshakes of others leave room for it
    /// @throws IOException when it fails, or the connection is over
    void startTls(Runnable begins) throws IOException;
}
