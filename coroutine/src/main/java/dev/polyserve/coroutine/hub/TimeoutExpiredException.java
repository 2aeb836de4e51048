package dev.polyserve.coroutine.hub;

/// Thrown by the present or next wait of a task when a [Timeout] expires.
public final class TimeoutExpiredException extends InterruptedException {
    private final transient Timeout timeout;

    TimeoutExpiredException(Timeout timeout) {
        super(timeout + " has expired");
        this.timeout = timeout;
    }

    /// The timeout that expired; one of several when they are nested.
    public Timeout timeout() {
        return timeout;
    }
}
