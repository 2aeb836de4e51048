package dev.polyserve.cli.connect;

/// Talking to the server failed: the message says it in one sentence.
public final class ConnectionFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConnectionFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
