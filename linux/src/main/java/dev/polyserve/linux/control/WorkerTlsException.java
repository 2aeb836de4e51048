package dev.polyserve.linux.control;

import javax.net.ssl.SSLException;

/// A failure of TLS in a worker process; its text is the original one.
final class WorkerTlsException extends SSLException {
    private static final long serialVersionUID = 1L;

    private final String text;

    WorkerTlsException(SerializedException failure) {
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
