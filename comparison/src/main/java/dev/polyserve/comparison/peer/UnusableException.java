package dev.polyserve.comparison.peer;

/// This machine cannot run the peer; the message says why in one sentence.
final class UnusableException extends Exception {
    UnusableException(String message) {
        super(message);
    }
}
