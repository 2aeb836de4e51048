package dev.polyserve.tls;

import java.io.Serial;
import javax.net.ssl.SSLException;

/// A connection whose bytes are not TLS as it was agreed on, or whose peer has refused it. The message is one sentence.
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
