package dev.polyserve.linux.ring;

import dev.polyserve.linux.system.RingLayout;

/// The multishot poll of a ring's wake-up, and whether it has completed.
///
/// **Thread**: the loop's.
final class WakeupPoll {
    private static final int NUMBERS = 0xff_ffff;

    /// Tells this poll from one that another thread has submitted, and that may end later.
    private int number;
    private boolean active;
    private boolean woken;

    /// Whether it is submitted and has not ended.
    boolean isActive() {
        return active;
    }

    /// Begins the next poll.
    ///
    /// @return its user data
    long begin() {
        number = (number + 1) & NUMBERS;
        active = true;
        return userData();
    }

    /// Gives the poll up.
    ///
    /// @return its user data, with which it is to be cancelled
    long giveUp() {
        active = false;
        return userData();
    }

    private long userData() {
        return RingOperationKind.WAKE.bits() | (long) number << Integer.SIZE;
    }

    /// Handles a completion.
    void completed(long userData, int flags) {
        woken = true;
        if (userData == userData() && (flags & RingLayout.CQE_F_MORE) == 0) {
            active = false;
        }
    }

    /// Whether a wake-up has completed since the last wait: the next wait must not block. It may have completed with
    /// submissions before that wait.
    boolean woken() {
        return woken;
    }

    /// A wait has ended.
    void waited() {
        woken = false;
    }
}
