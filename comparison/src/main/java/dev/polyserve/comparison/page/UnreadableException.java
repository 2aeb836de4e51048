package dev.polyserve.comparison.page;

/// An invalid input file. The message names it and says what to do, in one sentence.
final class UnreadableException extends Exception {
    UnreadableException(String message) {
        super(message);
    }
}
