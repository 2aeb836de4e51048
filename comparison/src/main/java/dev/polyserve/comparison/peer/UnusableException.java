package dev.polyserve.comparison.peer;

/// This machine cannot run the peer. The message is the reason, in one sentence.
final class UnusableException extends Exception {
    UnusableException(String message) {
        super(message);
    }
}
