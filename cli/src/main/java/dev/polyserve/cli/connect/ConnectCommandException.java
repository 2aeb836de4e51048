package dev.polyserve.cli.connect;

/// A failure of the connection to a server; the message is one sentence.
public final class ConnectCommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConnectCommandException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
