package dev.polyserve.linux.worker;

import java.io.IOException;

/// Something that was thrown in a worker process. It reads as what it was there.
final class WorkerFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final String text;

    WorkerFailure(FailureText failure) {
        super(failure.message());
        this.text = failure.text();
        setStackTrace(failure.elements());
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // its class there is a part of what it was
    public String toString() {
        return text;
    }
}
