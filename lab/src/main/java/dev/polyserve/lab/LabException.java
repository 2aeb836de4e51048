package dev.polyserve.lab;

/// A run cannot be started. Its message is one sentence: what is wrong, where, and what to do.
public final class LabException extends Exception {
    LabException(String sentence) {
        super(sentence);
    }

    LabException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
