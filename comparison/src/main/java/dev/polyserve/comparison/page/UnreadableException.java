package dev.polyserve.comparison.page;

/// A file is not what it should be; the message names it and says what to do, in one sentence.
final class UnreadableException extends Exception {
    UnreadableException(String message) {
        super(message);
    }
}
