package dev.polyserve.linux.control;

import java.io.IOException;

/// An exception that was thrown in a worker process; its text is the original one.
final class WorkerThrownException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String text;

    WorkerThrownException(SerializedException failure) {
        super(failure.message());
        this.text = failure.text();
        setStackTrace(failure.elements());
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // the class in the worker is a part of the text
    public String toString() {
        return text;
    }
}
