package dev.polyserve.coroutine;

/// A [Timeout] has expired: thrown where the task waits.
public final class TimeoutExpiredException extends InterruptedException {
    private final transient Timeout timeout;

    TimeoutExpiredException(Timeout timeout) {
        super(timeout + " has expired");
        this.timeout = timeout;
    }

    /// Which one, where several are nested.
    public Timeout timeout() {
        return timeout;
    }
}
