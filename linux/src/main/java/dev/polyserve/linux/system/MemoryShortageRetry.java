package dev.polyserve.linux.system;

import java.util.concurrent.locks.LockSupport;

/// Retries waits that fail for a temporary lack of memory, after a pause, for some seconds.
///
/// **Thread**: its loop's.
public final class MemoryShortageRetry {
    private static final long PAUSE_NANOS = 10_000_000;
    private static final int MOST_IN_A_ROW = 500;

    private int inARow;

    /// Creates the state without a failure.
    public MemoryShortageRetry() {}

    /// Returns true when the result is a lack of memory that may pass; then this call has paused.
    public boolean pausedFor(int result) {
        boolean exhausted = result == -Errno.ENOMEM || result == -Errno.EAGAIN;
        inARow = exhausted ? inARow + 1 : 0;
        if (!exhausted || inARow > MOST_IN_A_ROW) {
            return false;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
        return true;
    }
}
