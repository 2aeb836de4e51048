package dev.polyserve.comparison.page;

/// An invalid input file. The message names it and says what to do, in one sentence.
final class InvalidInputFileException extends Exception {
    InvalidInputFileException(String message) {
        super(message);
    }
}
