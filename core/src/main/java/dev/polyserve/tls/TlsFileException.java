package dev.polyserve.tls;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A certificate, a key or a file of them cannot be used: one sentence, with the file and the remedy.
public final class TlsFileException extends IOException {
    private static final long serialVersionUID = 1;

    TlsFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    TlsFileException(String message) {
        this(message, null);
    }
}
