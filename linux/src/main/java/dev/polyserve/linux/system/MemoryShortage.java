package dev.polyserve.linux.system;

import java.util.concurrent.locks.LockSupport;

/// Waits for which the system has no memory at the moment, as some need a little: after a pause they are begun again, for some
/// seconds.
///
/// **Thread**: its loop's.
public final class MemoryShortage {
    private static final long PAUSE_NANOS = 10_000_000;
    private static final int MOST_IN_A_ROW = 500;

    private int inARow;

    /// None so far.
    public MemoryShortage() {}

    /// Whether a result says that, and it may pass; then this has paused.
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
