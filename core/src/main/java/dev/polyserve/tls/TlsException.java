package dev.polyserve.tls;

import java.io.Serial;
import javax.net.ssl.SSLException;

/// The bytes of a connection are not the TLS that was agreed on, or the peer has refused the connection. The message is
/// one sentence.
final class TlsException extends SSLException {
    @Serial
    private static final long serialVersionUID = 1;

    TlsException(String message) {
        super(message);
    }

    /// What the JDK's engine reports, as a sentence.
    static TlsException of(String doing, SSLException reported) {
        TlsException known = new TlsException(doing + " failed: " + reported.getMessage());
        known.initCause(reported);
        return known;
    }
}
