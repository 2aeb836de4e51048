package dev.polyserve.conversation;

import java.util.concurrent.TimeUnit;

/// The rate at which the rest of one message arrives, sampled from time to time. The time between two samples counts if
/// at both the owner waited for the rest of the same message.
///
/// **Thread**: the monitor's.
final class InputRate {
    /// The awaited time after which the rate is judged.
    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    /// The longest time between two looks. Of a longer one, in which the process may have been suspended, no more counts.
    static final long LOOK_NANOS = WINDOW_NANOS / 4;
    private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final short message;
    private long lookedNanos;
    private long lookedBytes;
    private long waitedNanos;
    private long receivedBytes;

    /// Begins with a first look.
    ///
    /// @param message tells the messages of a connection apart
    /// @param bytes how many have arrived on the connection
    InputRate(short message, long nowNanos, long bytes) {
        this.message = message;
        this.lookedNanos = nowNanos;
        this.lookedBytes = bytes;
    }

    boolean isOf(short other) {
        return message == other;
    }

    /// Records a look.
    ///
    /// @param least the bytes a second that are required
    /// @return whether fewer have arrived in the time that is over with this look; then another time begins
    boolean isTooSlow(long nowNanos, long bytes, int least) {
        waitedNanos += Math.min(nowNanos - lookedNanos, LOOK_NANOS);
        receivedBytes += bytes - lookedBytes;
        lookedNanos = nowNanos;
        lookedBytes = bytes;
        if (waitedNanos < WINDOW_NANOS) {
            return false;
        }
        boolean slow = receivedBytes < least * (waitedNanos / SECOND_NANOS);
        waitedNanos = 0;
        receivedBytes = 0;
        return slow;
    }
}
