package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.Readiness;
import dev.polyserve.loop.Multiplexer;

/// One watched descriptor.
///
/// **Thread**: its loop's.
final class DescriptorWatch implements Multiplexer.Watch {
    static {
        // The constants have the same values in both packages.
        assert Multiplexer.READ == Readiness.READ && Multiplexer.WRITE == Readiness.WRITE;
    }

    final int descriptor;
    /// The number of this watch in its loop. Descriptor numbers are reused; this number is not.
    final int number;
    /// The known readiness, for mechanisms that report each change only once.
    final Readiness readiness;
    private final Multiplexer.Ready ready;
    private int interest;
    private boolean forgotten;
    /// The mechanism's own note: the index in an array, or the interest that the system knows.
    int noted;
    /// True while the watch is on a list of its mechanism.
    boolean listed;

    DescriptorWatch(int descriptor, int number, Readiness readiness, int interest, Multiplexer.Ready ready) {
        this.descriptor = descriptor;
        this.number = number;
        this.readiness = readiness;
        this.interest = interest;
        this.ready = ready;
    }

    int interest() {
        return interest;
    }

    void interest(int wanted) {
        interest = wanted;
    }

    /// Stops all notifications.
    void forget() {
        forgotten = true;
        interest = 0;
    }

    boolean forgotten() {
        return forgotten;
    }

    /// Notifies the callback of the readiness that is also of interest.
    void tell(int readiness) {
        int wanted = readiness & interest;
        if (wanted != 0) {
            ready.ready(wanted);
        }
    }

    /// Like [#tell], with the bits of `poll` and `epoll`.
    void tellBits(int bits) {
        tell(Readiness.ofBits(bits, interest));
    }
}
