package dev.polyserve.conversation;

import org.jspecify.annotations.Nullable;

/// When a peer last took bytes while the owner waits for room. TCP reports room only once a third of the send buffer is
/// free, and that buffer grows to several megabytes: a peer that reads slowly, but all the time, frees so much in a
/// minute or more. So progress is what the peer has acknowledged, and not what the system has accepted.
///
/// The time is that of the look that noticed it, up to one interval of the looks late. What a sender sends beside the owner
/// is progress, too.
///
/// **Thread**: the monitor's; [#touched] any.
final class PeerReadProgress {
    /// When a sender last sent bytes.
    private volatile long touchedNanos;
    private long waitSinceNanos = Long.MAX_VALUE;
    private long takenBytes;
    private long lastNanos = Long.MIN_VALUE;
    private @Nullable InputRate inputRate;

    /// Records a look. The first one in a wait has nothing to compare with, and notices no progress.
    ///
    /// @param sinceNanos when the wait began
    /// @param taken how many bytes the peer has acknowledged
    void look(long sinceNanos, long taken, long nowNanos) {
        if (sinceNanos == waitSinceNanos && taken != takenBytes) {
            lastNanos = nowNanos;
        }
        waitSinceNanos = sinceNanos;
        takenBytes = taken;
    }

    /// What is known of the rate at which the rest of a message arrives; null: nothing.
    @Nullable InputRate inputRate() {
        return inputRate;
    }

    /// Replaces it.
    void inputRate(@Nullable InputRate now) {
        inputRate = now;
    }

    /// A sender has sent bytes.
    void touched(long nowNanos) {
        touchedNanos = nowNanos;
    }

    /// When a sender last sent bytes; 0 before the first time.
    long touchedNanos() {
        return touchedNanos;
    }

    /// When a look last noticed progress; the smallest value before the first time.
    long lastNanos() {
        return lastNanos;
    }
}
